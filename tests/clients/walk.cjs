// Walks both workflows with a client for Node, and prints what it was answered as one JSON object.
// node walk.cjs CLIENT HOST:PORT SECRET PRODUCT COUNT_OVER_THE_LIMIT
'use strict';

const [, , which, host, secret, product, tooMany] = process.argv;

function tea() {
  const { default: Client, ...models } = require('@alicloud/iot20180120');
  const { Config } = require('@alicloud/openapi-client');
  const client = new Client(new Config({
    accessKeyId: 'testid', accessKeySecret: secret, endpoint: host, protocol: 'http', regionId: 'cn-shanghai',
  }));
  return async (operation, parameters) => {
    const request = new models[`${operation}Request`](Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value]),
    ));
    const answer = await client[operation[0].toLowerCase() + operation.slice(1)](request);
    return answer.body.toMap();
  };
}

function pop(method) {
  const { RPCClient } = require('@alicloud/pop-core');
  const client = new RPCClient({
    accessKeyId: 'testid', accessKeySecret: secret, endpoint: `http://${host}`, apiVersion: '2018-01-20',
  });
  return async (operation, parameters) => {
    try {
      return await client.request(operation, parameters, { method });
    } catch (error) {
      if (error.data && error.data.Success === false) return error.data;
      throw error;
    }
  };
}

const CLIENTS = { tea, 'pop GET': () => pop('GET'), 'pop POST': () => pop('POST') };

async function followed(ask, ApplyId, wanted) {
  for (let tries = 0; tries < 400; tries += 1) {
    const answer = await ask('QueryBatchRegisterDeviceStatus', { ProductKey: product, ApplyId });
    if (answer.Data.Status === wanted) return answer.Data;
    if (answer.Data.Status.endsWith('_FAILED')) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`application ${ApplyId} did not reach ${wanted}`);
}

async function paged(ask, ApplyId) {
  const names = [];
  for (let page = 1; ; page += 1) {
    const answer = await ask('QueryPageByApplyId', { ApplyId, CurrentPage: page, PageSize: 10 });
    const found = answer.ApplyDeviceList.ApplyDeviceInfo || [];
    names.push(...found.map((device) => device.DeviceName));
    if (names.length >= answer.Total || found.length === 0) return names;
  }
}

async function walk() {
  const ask = CLIENTS[which]();
  const random = await ask('BatchRegisterDevice', { ProductKey: product, Count: 25 });
  await followed(ask, random.Data.ApplyId, 'CREATE_SUCCESS');
  const generated = await paged(ask, random.Data.ApplyId);

  const asked = Array.from({ length: 12 }, (_, n) => `node-${Math.random().toString(36).slice(2, 10)}-${n}`);
  const check = await ask('BatchCheckDeviceNames', { ProductKey: product, DeviceName: asked });
  await followed(ask, check.Data.ApplyId, 'CHECK_SUCCESS');
  const again = await ask('BatchRegisterDeviceWithApplyId', { ProductKey: product, ApplyId: check.Data.ApplyId });
  await followed(ask, check.Data.ApplyId, 'CREATE_SUCCESS');
  const chosen = await paged(ask, check.Data.ApplyId);

  const refused = await ask('BatchRegisterDevice', { ProductKey: product, Count: Number(tooMany) });
  return {
    generated: new Set(generated).size,
    sameApplyId: again.Data.ApplyId === check.Data.ApplyId,
    sameNames: JSON.stringify([...chosen].sort()) === JSON.stringify([...asked].sort()),
    refused: refused.Success === false,
  };
}

walk().then(
  (found) => console.log(JSON.stringify(found)),
  (error) => console.log(JSON.stringify({ error: error.code || error.name, message: String(error.message).slice(0, 300) })),
);
