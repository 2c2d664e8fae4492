// SPDX-License-Identifier: MIT
// What a device does that has MQTT over mutual TLS and no updates: the application that the library's share is counted against.
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import MQTTClient from "embedded:network/mqtt/client";
import Timer from "timer";
import { readIdentity } from "xs-ota/common/identity";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import type { SocketClass } from "xs-ota/common/network/socket";
import { SecureSockets } from "xs-ota/common/secure-sockets";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openPartition } from "xs-ota/host/flash";
import { readUsage } from "xs-ota/host/usage";

const { thingName, endpoint, tls } = readIdentity(openPartition("data"));
if (tls === undefined) throw new TypeError("the bench connects by mutual TLS");
const socket = new SecureSockets({ TLSSocket: TLSSocket as unknown as SocketClass, TCP }, tls);
const mqtt = new EcmaMqttClient({
  MQTTClient,
  session: {
    ...endpoint,
    id: thingName,
    keepAlive: 60_000,
    clean: true,
    socket: socket.toBroker(endpoint),
  },
  clock,
  random: () => device.random(),
});
mqtt.connect();

Timer.set(() => {
  console.log(`usage at rest ${JSON.stringify({ connected: mqtt.connected, ...readUsage(true) })}`);
}, 4000);
