// SPDX-License-Identifier: MIT
import { clock } from "xs-ota/host/clock";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import MQTTClient from "xs-ota/common/network/mqtt-client";
import { NodeMqttClient } from "xs-ota/host/mqtt";
import { openBroker } from "xs-ota/test/support/mqtt-broker";
import { NodeTcp } from "xs-ota/test/support/node-tcp";
import { describeMqtt, type MqttPort } from "./mqtt.js";

describeMqtt("ECMA-419 client", async (): Promise<MqttPort> => {
  const broker = await openBroker();
  const client = new EcmaMqttClient({
    MQTTClient,
    clock,
    random: () => 0,
    session: {
      host: "127.0.0.1",
      port: broker.port,
      id: "thing",
      keepAlive: 30_000,
      clean: true,
      socket: { io: NodeTcp },
    },
  });
  client.connect();
  return {
    client,
    drop: () => broker.drop(),
    close: () => {
      client.close();
      return broker.close();
    },
  };
});

describeMqtt("MQTT.js client", async (): Promise<MqttPort> => {
  const broker = await openBroker();
  const { port } = broker;
  const client = new NodeMqttClient({
    host: "127.0.0.1",
    port,
    clientId: "thing",
    random: () => 0,
  });
  return {
    client,
    drop: () => broker.drop(),
    close: async () => {
      await client.close();
      await broker.close();
    },
  };
});
