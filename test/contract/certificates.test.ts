// SPDX-License-Identifier: MIT
import { openCertificates } from "xs-ota/common/certificates";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { describeCertificates } from "./certificates.js";

const pems = { "signer.pem": "-----BEGIN CERTIFICATE-----\n", "/certs/b": "é" };
const known = new Map(Object.entries(pems).map(([name, pem]) => [name, encodeUtf8(pem)]));

describeCertificates("identity", openCertificates(pems), known);
