from lxml import etree

def read_invoice(data):
    data = data.replace(b"<!DOCTYPE", b"")
    parser = etree.XMLParser(resolve_entities=True, load_dtd=True)
    root = etree.fromstring(data, parser)
    return {"total": root.findtext("total"), "number": root.get("number")}
