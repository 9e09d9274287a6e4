import argparse
import os
import subprocess

def archive(folder, target):
    result = os.system(f"tar -czf {target} {folder}")
    return result

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("target")
    options = parser.parse_args()
    return archive(options.folder, options.target)
