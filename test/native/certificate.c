/* SPDX-License-Identifier: MIT
 * Reads certificates from standard input, each after its length as u32, and prints for each the public key that
 * hosts/nrf52/certificate.c finds in it, in hexadecimal: "ecdsa x‖y", "rsa modulus exponent", or "none". */
#include "certificate.h"

#include <stdio.h>
#include <stdlib.h>

static void print(OtaBytes bytes)
{
	putchar(' ');
	for (uint32_t i = 0; i < bytes.length; i++)
		printf("%02x", bytes.bytes[i]);
}

static void print_key(const OtaCertificateKey *key)
{
	if (key->point.length > 0) {
		printf("ecdsa");
		print(key->point);
		return;
	}
	printf("rsa");
	print(key->modulus);
	print(key->exponent);
}

int main(void)
{
	uint32_t length;

	while (fread(&length, sizeof(length), 1, stdin) == 1) {
		/* exactly as large as promised, so that the sanitizer sees a byte too many */
		uint8_t *text = malloc(length), *der = malloc(length);
		OtaCertificateKey key;
		uint32_t decoded;

		if (fread(text, 1, length, stdin) != length)
			return 1;
		decoded = ota_certificate_decode((OtaBytes){ text, length }, der);
		if (ota_certificate_read_key((OtaBytes){ der, decoded }, &key))
			print_key(&key);
		else
			printf("none");
		putchar('\n');
		free(text);
		free(der);
	}
	return 0;
}
