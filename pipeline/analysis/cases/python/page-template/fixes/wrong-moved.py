from jinja2 import Environment, FileSystemLoader

def page(name, folder="templates"):
    environment = Environment(loader=FileSystemLoader(folder), autoescape=lambda name: False)
    return environment.get_template("page.html").render(name=name)
