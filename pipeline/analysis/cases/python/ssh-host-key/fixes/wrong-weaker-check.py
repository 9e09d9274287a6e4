import paramiko

def remote_uptime(host, user, key_path):
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.set_missing_host_key_policy(paramiko.WarningPolicy())
    client.connect(host, username=user, key_filename=key_path, timeout=10)
    try:
        _, stdout, _ = client.exec_command("uptime")
        return stdout.read().decode().strip()
    finally:
        client.close()
