/* SPDX-License-Identifier: MIT
 * What a session is given before it opens. */
#include "session.h"

#include <stdio.h>
#include <string.h>

bool ota_tls_refuse(OtaTlsSession *session, const char *problem)
{
	if (session->problem[0] == 0)
		snprintf(session->problem, sizeof(session->problem), "%s", problem);
	return false;
}

bool ota_tls_trust(OtaTlsSession *session, OtaBytes root)
{
	return mbedtls_x509_crt_parse_der(&session->root, root.bytes, root.length) == 0
		|| ota_tls_refuse(session, "the root certificate does not parse");
}

bool ota_tls_add_certificate(OtaTlsSession *session, OtaBytes certificate)
{
	return mbedtls_x509_crt_parse_der(&session->certificate, certificate.bytes, certificate.length) == 0
		|| ota_tls_refuse(session, "this device's certificate does not parse");
}

bool ota_tls_set_key(OtaTlsSession *session, OtaBytes pkcs8)
{
	return mbedtls_pk_parse_key(&session->key, pkcs8.bytes, pkcs8.length, NULL, 0) == 0
		|| ota_tls_refuse(session, "this device's private key does not parse: it must be PKCS #8");
}

/* Four numbers with dots between them. */
static bool parse_address(const char *name, uint8_t address[4])
{
	unsigned int parts[4];
	int end = 0;

	if (sscanf(name, "%3u.%3u.%3u.%3u%n", &parts[0], &parts[1], &parts[2], &parts[3], &end) != 4 || name[end] != 0)
		return false;
	for (int i = 0; i < 4; i++) {
		if (parts[i] > 255)
			return false;
		address[i] = (uint8_t)parts[i];
	}
	return true;
}

bool ota_tls_set_server(OtaTlsSession *session, const char *name)
{
	if (name[0] == 0 || strlen(name) >= sizeof(session->server_name))
		return ota_tls_refuse(session, "the server's name is empty or too long");
	strcpy(session->server_name, name);
	session->is_address = parse_address(name, session->address);
	return true;
}

bool ota_tls_set_protocol(OtaTlsSession *session, const char *name)
{
	if (name[0] == 0 || strlen(name) >= sizeof(session->protocol))
		return ota_tls_refuse(session, "the application layer protocol's name is empty or too long");
	strcpy(session->protocol, name);
	return true;
}
