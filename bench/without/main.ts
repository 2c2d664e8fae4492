// SPDX-License-Identifier: MIT
// What a device does that has MQTT and no updates: the application that the library's share is counted against.
import TCP from "embedded:io/socket/tcp";
import MQTTClient from "embedded:network/mqtt/client";
import Timer from "timer";
import { readIdentity } from "xs-ota/common/identity";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openPartition } from "xs-ota/host/flash";
import { readUsage } from "xs-ota/host/usage";

const { thingName, endpoint } = readIdentity(openPartition("data"));
const mqtt = new EcmaMqttClient({
  MQTTClient,
  session: { ...endpoint, id: thingName, keepAlive: 60_000, clean: true, socket: { io: TCP } },
  clock,
  random: () => device.random(),
});
mqtt.connect();

Timer.set(() => {
  console.log(`usage at rest ${JSON.stringify({ connected: mqtt.connected, ...readUsage(true) })}`);
}, 4000);
