from jinja2 import Environment, FileSystemLoader, select_autoescape

def page(name, folder="templates"):
    environment = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(["txt"]))
    return environment.get_template("page.html").render(name=name)
