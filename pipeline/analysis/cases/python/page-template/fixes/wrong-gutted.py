from jinja2 import Environment, FileSystemLoader

def page(name, folder="templates"):
    environment = Environment(loader=FileSystemLoader(folder))
    return environment.get_template("page.html").render(name=name)
