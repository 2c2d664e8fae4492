// SPDX-License-Identifier: MIT
import { openCertificates } from "xs-ota/common/certificates";
import { describeCertificates } from "./certificates.js";

const pems = { "signer.pem": "-----BEGIN CERTIFICATE-----\n", "/certs/b": "é" };
const encoder = new TextEncoder();
const known = new Map(Object.entries(pems).map(([name, pem]) => [name, encoder.encode(pem)]));

describeCertificates("identity", openCertificates(pems), known);
