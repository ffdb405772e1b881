"""pywa, a bot framework for the Cloud API, against the simulator."""

import warnings

import httpx
from pywa import WhatsApp, types
from pywa import utils as pywa_utils
from pywa.types import templates as t

from world import ADA, ENDPOINTS, GRAPH, MP3, MP4, PDF, WEBP, Checks, Receiver, inbox, png, sim, until, write

warnings.simplefilter("ignore")
check = Checks()
TO = f"+{ADA}"
received, statuses, others = [], [], []


class Session(httpx.Client):
    """An ordinary client with another base URL."""

    @property
    def base_url(self):
        return httpx.Client.base_url.fget(self)

    @base_url.setter
    def base_url(self, url):
        here = str(url).replace("https://graph.facebook.com", GRAPH["base_url"])
        httpx.Client.base_url.fset(self, here)


wa = WhatsApp(
    phone_id=GRAPH["phone_number_id"],
    token=GRAPH["access_token"],
    session=Session(),
    server=None,
    verify_token=GRAPH["verify_token"],
    waba_id=GRAPH["waba_id"],
    app_id=GRAPH["app_id"],
    app_secret=GRAPH["app_secret"],
)


@wa.on_message()
def on_message(_, message):
    received.append(message)


@wa.on_message_status()
def on_status(_, status):
    statuses.append(status)


@wa.on_callback_button()
def on_button(_, press):
    received.append(press)


@wa.on_callback_selection()
def on_selection(_, choice):
    received.append(choice)


@wa.on_template_status_update()
def on_template(_, update):
    others.append(update)


def take(body, headers):
    refusal = wa.webhook_update_validator(body, headers["X-Hub-Signature-256"])
    if refusal is not None:
        raise AssertionError(refusal)
    wa.webhook_update_handler(body)


def verify(query):
    return wa.webhook_challenge_handler(query.get(pywa_utils.HUB_VT), query.get(pywa_utils.HUB_CH))


hook = Receiver(verify, take)

# --- registration and webhooks
check("request code", lambda: wa.request_verification_code(code_method="SMS", language_code="en_US"))
check("verify code", lambda: wa.verify_phone_number(sim("GET", f"codes/{ENDPOINTS['number']['wa_id']}")["code"]))
check("register", lambda: wa.register_phone_number("493817"))
token = check("app token", lambda: wa.get_app_access_token(GRAPH["app_id"], GRAPH["app_secret"]))
check("subscribe", lambda: wa.api.set_waba_alternate_callback_url(GRAPH["waba_id"], hook.url, GRAPH["verify_token"]))
check("app callback", lambda: wa.set_app_callback_url(GRAPH["app_id"], token, hook.url, GRAPH["verify_token"], ("messages", "message_template_status_update")))
check("phone callback", lambda: wa.override_phone_callback_url(hook.url, GRAPH["verify_token"]))

# --- what a customer writes
write({"type": "text", "text": {"body": "hi"}})
first = check("receive text", lambda: until(lambda: [m for m in received if getattr(m, "text", None) == "hi"], "a text")[0])
for kind, content in {
    "image": {"caption": "a sun"},
    "location": {"latitude": 52.5, "longitude": 13.4, "name": "Here"},
    "contacts": [{"name": {"formatted_name": "Bo", "first_name": "Bo"}, "phones": [{"phone": "+1202"}]}],
    "sticker": {"metadata": {"sticker-pack-id": "x"}},
}.items():
    id = write({"type": kind, kind: content})
    check(f"receive {kind}", lambda: until(lambda: [m for m in received if m.id == id], kind)[0])

picture = check("received image", lambda: next(m for m in received if getattr(m, "image", None)))
if picture:
    check("download received", lambda: picture.image.get_bytes().startswith(b"\x89PNG"))

# --- media
media = check("upload", lambda: wa.upload_media(png(), mime_type="image/png", filename="sun.png"))
if media:
    url = check("media url", lambda: wa.get_media_url(media.id))
    check("media bytes", lambda: wa.get_media_bytes(url.url) == png())
    check("delete media", lambda: wa.delete_media(media.id).success)

# --- every message type
sent = {}


def send(name, act):
    message = check(f"send {name}", act)
    if message is not None:
        sent[name] = message.id


send("text", lambda: wa.send_message(TO, "Hello *Ada*", preview_url=True, tracker="mine"))
send("reply", lambda: wa.send_message(TO, "An answer", reply_to_message_id=first.id if first else None))
send("image", lambda: wa.send_image(TO, png(), caption="A sun", mime_type="image/png"))
send("video", lambda: wa.send_video(TO, MP4, caption="A film", mime_type="video/mp4"))
send("audio", lambda: wa.send_audio(TO, MP3, mime_type="audio/mpeg"))
send("document", lambda: wa.send_document(TO, PDF, filename="bill.pdf", mime_type="application/pdf"))
send("sticker", lambda: wa.send_sticker(TO, WEBP, mime_type="image/webp"))
send("location", lambda: wa.send_location(TO, 52.5, 13.4, "Here", "Street 1"))
send("location request", lambda: wa.request_location(TO, "Where are you?"))
send("contact request", lambda: wa.request_contact_info(TO, "Who are you?"))
send("contact", lambda: wa.send_contact(TO, types.Contact(name=types.Contact.Name(formatted_name="Bo", first_name="Bo"), phones=[types.Contact.Phone(phone="+12025550144")])))
send("reaction", lambda: wa.send_reaction(TO, "☕", first.id))
send("no reaction", lambda: wa.remove_reaction(TO, first.id))
send("buttons", lambda: wa.send_message(TO, "Tea?", header="Menu", footer="Today", buttons=[types.Button("Yes", "yes"), types.Button("No", "no")]))
send("url button", lambda: wa.send_message(TO, "Look", buttons=types.URLButton("Open", "https://shop.example/")))
send("list", lambda: wa.send_message(TO, "Pick", buttons=types.SectionList("Menu", [types.Section("Hot", [types.SectionRow("Tea", "tea", "green")])])))
send("flow", lambda: wa.send_message(TO, "Book", buttons=types.FlowButton("Book", "720000511001", "token", flow_action_type=types.FlowActionType.NAVIGATE, flow_action_screen="START")))
send("catalogue", lambda: wa.send_catalog(TO, "All we have", "Today", thumbnail_product_sku="espresso-250"))
send("product", lambda: wa.send_product(TO, "613000142001", "espresso-250", "This one"))
send("products", lambda: wa.send_products(TO, "613000142001", [types.ProductsSection("Beans", ["espresso-250", "filter-250"])], "Beans", "Pick one"))
send("template", lambda: wa.send_template(TO, "order_update", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("A-17", "on its way")]))
check("inbox", lambda: until(lambda: len(inbox()) >= len(sent), f"{len(sent)} messages on the phone") or True)
for name, id in sent.items():
    if "reaction" not in name:
        check(f"delivered: {name}", lambda: until(lambda: [s for s in statuses if s.id == id and str(s.status).lower().endswith("delivered")], name) and True)
check("tracker", lambda: until(lambda: [s for s in statuses if s.tracker == "mine"], "the tracker") and True)
sim("POST", f"customers/{ADA}/read", {})
check("read", lambda: until(lambda: [s for s in statuses if s.id == sent.get("text") and str(s.status).lower().endswith("read")], "read") and True)
write({"type": "interactive", "context": {"id": sent["buttons"]}, "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}})
write({"type": "interactive", "context": {"id": sent["list"]}, "interactive": {"type": "list_reply", "list_reply": {"id": "tea", "title": "Tea"}}})
check("presses", lambda: until(lambda: {"yes", "tea"} <= {getattr(m, "data", None) for m in received}, "both presses"))
check("mark read", lambda: wa.mark_message_as_read(first.id))
check("typing", lambda: wa.indicate_typing(first.id))

# --- the number and the account
check("number", lambda: wa.get_business_phone_number().display_phone_number)
check("numbers", lambda: len(list(wa.get_business_phone_numbers())) == 2)
check("account", lambda: wa.get_business_account().id == GRAPH["waba_id"])
check("set profile", lambda: wa.update_business_profile(about="Open", address="Street 1", websites=["https://shop.example"], industry=types.Industry.RETAIL))
check("profile", lambda: wa.get_business_profile().about == "Open")
check("commerce", lambda: wa.update_commerce_settings(is_catalog_visible=True, is_cart_enabled=False))
check("commerce shown", lambda: wa.get_commerce_settings().is_cart_enabled is False)
check("automation", lambda: wa.update_conversational_automation(ice_breakers=["Open?"], commands=[types.Command("menu", "The menu")]))
check("display name", lambda: wa.update_display_name("Hummingbird Roasters"))
check("settings", lambda: wa.get_business_phone_number_settings())
code = check("qr code", lambda: wa.create_qr_code("A tea please", "SVG"))
if code:
    check("qr shown", lambda: wa.get_qr_code(code.code).prefilled_message == "A tea please")
    check("qr changed", lambda: wa.update_qr_code(code.code, "A latte").prefilled_message == "A latte")
    check("qr codes", lambda: len(list(wa.get_qr_codes())) == 1)
    check("qr deleted", lambda: wa.delete_qr_code(code.code))
check("block", lambda: len(wa.block_users([TO]).added_users) == 1)
check("blocked", lambda: len(list(wa.get_blocked_users())) == 1)
check("unblock", lambda: len(wa.unblock_users([TO]).removed_users) == 1)

# --- templates and flows
made = check("create template", lambda: wa.create_template(t.Template(
    name="table_ready", category=t.TemplateCategory.UTILITY, language=t.TemplateLanguage.ENGLISH_US,
    components=[t.HeaderText(text="Your table"), t.BodyText("Table {{1}} is ready, {{2}}.", "7", "Ada"), t.FooterText(text="Hummingbird"),
                t.Buttons(buttons=[t.QuickReplyButton(text="Thanks"), t.URLButton(text="Map", url="https://shop.example/map")])])))
check("list templates", lambda: any(one.name == "table_ready" for one in wa.get_templates(name="table_ready")))
if made:
    check("template", lambda: wa.get_template(made.id).name == "table_ready")
    check("template approved", lambda: until(lambda: [o for o in others if o.template_name == "table_ready"], "approval") and True)
    send("own template", lambda: wa.send_template(TO, "table_ready", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("7", "Ada")]))
    check("delete template", lambda: wa.delete_template("table_ready"))
flow = check("create flow", lambda: wa.create_flow("Visit", [types.FlowCategory.OTHER]))
check("flows", lambda: len(list(wa.get_flows())) == 5)
if flow:
    check("flow", lambda: wa.get_flow(flow.id).name == "Visit")
    check("delete flow", lambda: wa.delete_flow(flow.id))


def refused():
    try:
        wa.send_message(TO, "x" * 5000)
    except Exception as error:
        return getattr(error, "code", None) == 100
    return False


check("a refusal is an error with its code", refused)
check("deregister", lambda: wa.deregister_phone_number())
check("webhooks were parsed", lambda: not hook.failures or print(*hook.failures[:2]) or False)
check.end()
