from lxml import etree

def read_invoice(data):
    parser = etree.XMLParser(huge_tree=True)
    root = etree.fromstring(data, parser)
    return {"total": root.findtext("total"), "number": root.get("number")}
