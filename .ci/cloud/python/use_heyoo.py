"""heyoo, a small wrapper of the Cloud API, against the simulator: its base URLs are members of the object."""

from heyoo import WhatsApp

from world import ADA, ENDPOINTS, GRAPH, Checks, inbox, png, sim, until, write
import json
import tempfile
import urllib.request

check = Checks()


def graph(path, body):
    request = urllib.request.Request(
        f"{GRAPH['base_url']}/v24.0/{path}", data=json.dumps(body).encode(), method="POST",
        headers={"Authorization": f"Bearer {GRAPH['access_token']}", "Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=20))


id = GRAPH["phone_number_id"]
graph(f"{id}/request_code", {"code_method": "SMS", "language": "en"})
graph(f"{id}/verify_code", {"code": sim("GET", f"codes/{ENDPOINTS['number']['wa_id']}")["code"]})
graph(f"{id}/register", {"messaging_product": "whatsapp", "pin": "493817"})
first = write({"type": "text", "text": {"body": "hi"}})

wa = WhatsApp(GRAPH["access_token"], phone_number_id=id)
wa.base_url = f"{GRAPH['base_url']}/v14.0"
wa.v15_base_url = f"{GRAPH['base_url']}/v15.0"
wa.url = f"{wa.base_url}/{id}/messages"


def good(answer):
    assert answer["messages"][0]["id"].startswith("wamid."), answer
    return True


check("text", lambda: good(wa.send_message("Hello", ADA)))
check("reply", lambda: good(wa.reply_to_message(first, ADA, "An answer")))
check("template", lambda: good(wa.send_template("hello_world", ADA, components=[], lang="en_US")))
check("location", lambda: good(wa.send_location(lat=52.5, long=13.4, name="Here", address="Street 1", recipient_id=ADA)))
with tempfile.NamedTemporaryFile(suffix=".png") as file:
    file.write(png())
    file.flush()
    media = check("upload", lambda: wa.upload_media(file.name)["id"])
check("image", lambda: good(wa.send_image(media, ADA, caption="A sun", link=False)))
check("media url", lambda: wa.query_media_url(media).startswith("http"))
check("contacts", lambda: good(wa.send_contacts([{"name": {"formatted_name": "Bo", "first_name": "Bo"}, "phones": [{"phone": "+12025550144"}]}], ADA)))
check("buttons", lambda: good(wa.send_reply_button({"type": "button", "body": {"text": "Tea?"}, "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]}}, ADA)))
check("list", lambda: good(wa.send_button({"header": "Menu", "body": "Pick", "footer": "Today", "action": {"button": "Open", "sections": [{"title": "Hot", "rows": [{"id": "tea", "title": "Tea", "description": ""}]}]}}, ADA)))
check("mark read", lambda: wa.mark_as_read(first)["success"])
check("delete media", lambda: wa.delete_media(media)["success"])
check("inbox", lambda: until(lambda: len(inbox()) == 8, "eight messages"))
check.end()
