from lxml import etree

def read_invoice(data):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(data, parser)
    return {"total": root.findtext("total"), "number": root.get("number")}
