import paramiko

def remote_uptime(host, user, key_path):
    session = paramiko.SSHClient()
    session.load_system_host_keys()
    session.set_missing_host_key_policy(paramiko.RejectPolicy())
    session.connect(host, username=user, key_filename=key_path, timeout=10)
    try:
        _, stdout, _ = session.exec_command("uptime")
        return stdout.read().decode().strip()
    finally:
        session.close()
