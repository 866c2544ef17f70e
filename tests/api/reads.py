"""What is read: services, the public storefront, unplaced arrivals."""
from office import *


def services_are_the_documents():
    document = json.loads(server.export())["services"]
    got = staff.get("/services").want(200).json
    same(got["services"], document, "services")
    same(got["currency"], "USD", "currency")


def what_is_not_sold_is_not_public():
    doc = company("seasonal")
    doc["services"].append({"_id": "old", "name": "Old", "type": "addon", "minutes": 10,
                            "priceCents": 100, "active": False})
    server.take(doc)
    for role, more, want in (("online", {"brand": "denver"}, False), ("staff", {}, True)):
        client = server.client(role, name="seasonal", **more)
        for path in ("/services", "/brand/public"):
            ids = [s["_id"] for s in client.get(path).want(200).json["services"]]
            same("old" in ids, want, f"{path} of {role} shows what is not sold")


def storefront():
    got = online.get("/brand/public").want(200).json
    same((got["brand"]["_id"], got["timezone"]), ("denver", ZONE), "brand and zone")
    same(sorted(got), ["asOfSeq", "brand", "company", "currency", "firstDate", "lastDate",
                       "services", "settings", "timezone"], "members")
    same(got["firstDate"], str(local_date(0)), "firstDate")
    for word in ("alice", "Alice", "bob"):
        check(word not in json.dumps(got), f"{word} is shown to the public")
    online.get("/brand/public?brand=boulder").want(403, "not_permitted")
    same(staff.get("/brand/public?brand=boulder").want(200).json["brand"]["_id"], "boulder",
         "the brand named")


def nothing_is_unplaced():
    same(staff.get("/unplaced").want(200).json["unplaced"], [], "unplaced")
    online.get("/unplaced").want(403, "not_permitted")


cases.run("services are the document's", services_are_the_documents)
cases.run("what is not sold is not public", what_is_not_sold_is_not_public)
cases.run("a storefront tells what a scheduler needs and nothing of people", storefront)
cases.run("nothing is unplaced", nothing_is_unplaced)
cases.run("check finds nothing", server.must_be_clean)
server.close()
cases.finish()
