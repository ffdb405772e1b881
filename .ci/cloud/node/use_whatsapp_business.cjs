// whatsapp-business, a client of the Cloud API on axios, against the simulator: axios takes the base URL.
const { WABAClient } = require('whatsapp-business');
const { ADA, graph, call, write, inbox, code, picture, until, check, end } = require('./world.cjs');

async function main() {
  const client = new WABAClient({ accountId: graph.waba_id, phoneId: graph.phone_number_id, apiToken: graph.access_token });
  client.restClient.fetch.defaults.baseURL = `${graph.base_url}/v17.0`;
  const to = ADA;

  await check('request code', () => client.requestPhoneNumberVerificationCode({ phoneNumberId: graph.phone_number_id, code_method: 'SMS', language: 'en_US' }));
  await check('verify code', async () => client.verifyPhoneNumberCode({ phoneNumberId: graph.phone_number_id, code: await code() }));
  await check('register', () => client.registerPhone({ phoneNumberId: graph.phone_number_id, pin: '493817' }));
  await call(`${graph.waba_id}/subscribed_apps`, {});
  const first = await write({ type: 'text', text: { body: 'hi' } });
  await picture();

  const good = async (sending) => (await sending).messages[0].id.startsWith('wamid.');
  await check('text', () => good(client.sendMessage({ to, type: 'text', text: { body: 'Hello' } })));
  await check('location', () => good(client.sendMessage({ to, type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Here', address: 'Street 1' } })));
  await check('reaction', () => good(client.sendMessage({ to, type: 'reaction', reaction: { message_id: first, emoji: '☕' } })));
  await check('template', () => good(client.sendMessage({ to, type: 'template', template: { name: 'hello_world', language: { code: 'en_US', policy: 'deterministic' }, components: [] } })));
  await check('buttons', () => good(client.sendMessage({ to, type: 'interactive', interactive: { type: 'button', body: { text: 'Tea?' }, action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Yes' } }] } } })));
  await check('mark read', () => client.markMessageAsRead(first));
  await check('set profile', () => client.updateBusinessProfile({ about: 'Open' }));
  await check('profile', async () => (await client.getBusinessProfile(['about'])).data[0].about === 'Open');
  await check('numbers', async () => (await client.getBusinessPhoneNumbers()).data.length === 2);
  await check('number', async () => (await client.getSingleBusinessPhoneNumber(graph.phone_number_id)).id === graph.phone_number_id);
  await check('inbox', () => until(async () => (await inbox()).length === 5, 'five messages'));
  await check('a refusal is an error', () => client.sendMessage({ to, type: 'text', text: { body: '' } }).then(() => false, () => true));
  await check('deregister', () => client.deregisterPhone(graph.phone_number_id));
  end();
}

main();
