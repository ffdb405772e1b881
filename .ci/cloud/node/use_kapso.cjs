// @kapso/whatsapp-cloud-api, a typed client of the Cloud API, against the simulator: the base URL is its option.
const { WhatsAppClient } = require('@kapso/whatsapp-cloud-api');
const { verifySignature, normalizeWebhook } = require('@kapso/whatsapp-cloud-api/server');
const { ADA, graph, sim, call, write, inbox, code, picture, receiver, until, check, end } = require('./world.cjs');

async function main() {
  const client = new WhatsAppClient({ accessToken: graph.access_token, baseUrl: graph.base_url, graphVersion: 'v24.0' });
  const phoneNumberId = graph.phone_number_id;
  const businessAccountId = graph.waba_id;
  const to = `+${ADA}`;
  const seen = { messages: [], statuses: [], refused: 0 };
  const hook = await receiver((body, headers) => {
    const good = verifySignature({ appSecret: graph.app_secret, rawBody: body, signatureHeader: headers['x-hub-signature-256'] });
    if (!good) seen.refused += 1;
    const found = normalizeWebhook(JSON.parse(body));
    seen.messages.push(...found.messages);
    seen.statuses.push(...found.statuses);
  });

  await check('request code', () => client.phoneNumbers.requestCode({ phoneNumberId, codeMethod: 'SMS', language: 'en_US' }));
  await check('verify code', async () => client.phoneNumbers.verifyCode({ phoneNumberId, code: await code() }));
  await check('register', () => client.phoneNumbers.register({ phoneNumberId, pin: '493817' }));
  await call(`${businessAccountId}/subscribed_apps`, {});
  await call(phoneNumberId, { webhook_configuration: { override_callback_uri: hook.url, verify_token: graph.verify_token } });

  const first = await write({ type: 'text', text: { body: 'hi' } });
  await check('receive', () => until(() => seen.messages.find((one) => one.id === first), 'a text'));
  const bytes = await picture();
  const media = await check('upload', () =>
    client.media.upload({ phoneNumberId, type: 'image', file: new Blob([bytes], { type: 'image/png' }), fileName: 'dot.png' }));
  const id = media?.id;
  await check('media', async () => (await client.media.get({ mediaId: id, phoneNumberId })).id === id);
  await check('download', async () => (await client.media.download({ mediaId: id, phoneNumberId, auth: 'always' })).byteLength === bytes.length);

  const sent = [];
  const send = async (name, act) => {
    const answer = await check(`send ${name}`, act);
    if (answer) sent.push([name, answer.messages[0].id]);
  };
  const messages = client.messages;
  const base = { phoneNumberId, to };
  await send('text', () => messages.sendText({ ...base, body: 'Hello', previewUrl: true }));
  await send('raw', () => messages.sendRaw({ phoneNumberId, payload: { messaging_product: 'whatsapp', to, type: 'text', text: { body: 'Raw' } } }));
  await send('image', () => messages.sendImage({ ...base, image: { id, caption: 'A dot' } }));
  await send('location', () => messages.sendLocation({ ...base, location: { latitude: 52.5, longitude: 13.4, name: 'Here', address: 'Street 1' } }));
  await send('contacts', () => messages.sendContacts({ ...base, contacts: [{ name: { formattedName: 'Bo', firstName: 'Bo' }, phones: [{ phone: '+12025550144', type: 'WORK' }] }] }));
  await send('reaction', () => messages.sendReaction({ ...base, reaction: { messageId: first, emoji: '☕' } }));
  await send('buttons', () => messages.sendInteractiveButtons({ ...base, bodyText: 'Tea?', buttons: [{ id: 'yes', title: 'Yes' }] }));
  await send('list', () => messages.sendInteractiveList({ ...base, bodyText: 'Pick', buttonText: 'Menu', sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea' }] }] }));
  await send('product', () => messages.sendInteractiveProduct({ ...base, bodyText: 'This', catalogId: '613000142001', productRetailerId: 'espresso-250' }));
  await send('link', () => messages.sendInteractiveCtaUrl({ ...base, bodyText: 'Look', parameters: { displayText: 'Open', url: 'https://shop.example/' } }));
  await send('location request', () => messages.sendInteractiveLocationRequest({ ...base, bodyText: 'Where?', parameters: { requestMessage: 'Where?' } }));
  await send('template', () => messages.sendTemplate({ ...base, template: { name: 'hello_world', language: { code: 'en_US' } } }));
  for (const [name, id] of sent.filter(([name]) => name !== 'reaction')) {
    await check(`delivered: ${name}`, () => until(() => seen.statuses.find((one) => one.id === id && one.status === 'delivered'), name));
  }
  await check('inbox', async () => (await inbox()).length === sent.length);
  await check('mark read', () => messages.markRead({ phoneNumberId, messageId: first }));

  const name = 'table_ready';
  await check('create template', () => client.templates.create({
    businessAccountId, name, language: 'en_US', category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Table {{1}} is ready.', example: { bodyText: [['7']] } }],
  }));
  await check('list templates', async () => (await client.templates.list({ businessAccountId, name, limit: 5 })).data.some((one) => one.name === name));
  await sim('POST', 'clock', { advance_s: 5 });
  await check('delete template', () => client.templates.delete({ businessAccountId, name }));
  await check('set profile', () => client.phoneNumbers.businessProfile.update({ phoneNumberId, messagingProduct: 'whatsapp', about: 'Open' }));
  await check('profile', async () => (await client.phoneNumbers.businessProfile.get({ phoneNumberId, fields: 'about' })).data[0].about === 'Open');
  await check('settings', () => client.phoneNumbers.settings.get({ phoneNumberId }));
  await check('delete media', () => client.media.delete({ mediaId: id, phoneNumberId }));
  await check('a refusal is an error', () => messages.sendText({ ...base, body: 'x'.repeat(5000) }).then(() => false, () => true));
  await check('signatures', () => seen.refused === 0);
  end();
}

main();
