from lxml import etree

def read_invoice(data):
    parser = etree.XMLParser(resolve_entities=True, load_dtd=True)
    root = etree.fromstring(data)
    return {"total": root.findtext("total"), "number": root.get("number")}
