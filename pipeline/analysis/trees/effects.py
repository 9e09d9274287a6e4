"""What well-known calls do, by language, in words that complete "It ...".

A key is a full name, ``name.`` for everything below it, or ``.name`` for a method of any object.
Nothing is resolved: a function that only shares a name is described by it, which is why the
dossier says "by the names of its calls".
"""

from __future__ import annotations

RUNS = "runs other programs"
SHELL = "runs shell commands"
READS = "reads files"
WRITES = "writes files"
OPENS = "opens files"
DELETES = "deletes files"
HTTP = "makes network requests"
SERVES = "accepts network connections"
SOCKETS = "uses network sockets"
SQL = "runs SQL statements"
DATABASE = "connects to a database"
EVAL = "executes text as code"
ENVIRONMENT = "reads environment variables"
OBJECTS = "rebuilds objects from serialised data"
PRINTS = "prints"
ENDS = "ends the program"
HASHES = "computes hashes or ciphers"
RANDOM = "makes predictable random values"
THREADS = "starts threads or tasks"
MEMORY = "manages memory by hand"
COPIES = "copies memory or strings without a bound"
INPUT = "reads input"
XML = "reads XML"


def _table(**by_effect: str) -> dict[str, str]:
    """``EFFECT="name name"`` turned round."""
    return {
        name: globals()[effect] for effect, names in by_effect.items() for name in names.split()
    }


_JAVASCRIPT = _table(
    SHELL="child_process.exec child_process.execSync execSync",
    RUNS="child_process. spawn spawnSync execFile execFileSync Deno.run Deno.Command Bun.spawn",
    READS=".readFile .readFileSync .createReadStream Deno.readTextFile",
    WRITES=".writeFile .writeFileSync .appendFile .appendFileSync .createWriteStream",
    DELETES=".unlink .unlinkSync .rmSync .rmdirSync fs.rm",
    HTTP="fetch axios axios. XMLHttpRequest WebSocket http.get http.request "
    "https.get https.request",
    SERVES="http.createServer https.createServer .listen",
    SOCKETS="net. dgram.",
    SQL=".query .execute .executeSql",
    EVAL="eval Function vm. setTimeout.call",
    PRINTS="console.",
    ENDS="process.exit",
    HASHES="crypto.",
    RANDOM="Math.random",
    THREADS="Worker",
)
_JAVA = _table(
    RUNS="Runtime.getRuntime.exec ProcessBuilder",
    READS="Files.read Files.readAllBytes Files.readString Files.readAllLines Files.lines "
    "FileInputStream FileReader Scanner .readText .readBytes .readLines",
    WRITES="Files.write Files.writeString FileOutputStream FileWriter .writeText .writeBytes",
    OPENS="RandomAccessFile Files.newBufferedReader Files.newBufferedWriter",
    DELETES="Files.delete Files.deleteIfExists .deleteRecursively",
    HTTP="HttpClient. HttpRequest. .openConnection .openStream RestTemplate HttpClient "
    "OkHttpClient",
    SERVES="ServerSocket HttpServer.",
    SOCKETS="Socket DatagramSocket",
    SQL=".executeQuery .executeUpdate .prepareStatement .createStatement .createQuery "
    ".createNativeQuery .rawQuery .execSQL",
    DATABASE="DriverManager.getConnection",
    EVAL="ScriptEngineManager",
    OBJECTS="ObjectInputStream .readObject XMLDecoder",
    ENVIRONMENT="System.getenv",
    PRINTS="System.out. System.err. println print",
    ENDS="System.exit exitProcess",
    HASHES="MessageDigest. Cipher. Mac.",
    RANDOM="Random Math.random",
    THREADS="Thread Executors. CompletableFuture. launch GlobalScope. thread",
    XML="DocumentBuilderFactory. SAXParserFactory. XMLInputFactory.",
    INPUT="readLine readln",
)
_C = _table(
    SHELL="system popen",
    RUNS="execl execlp execle execv execvp execve execvpe fork vfork posix_spawn CreateProcess",
    OPENS="fopen open openat freopen std.ifstream std.ofstream std.fstream ifstream ofstream",
    READS="fread read",
    WRITES="fwrite write fputs fprintf",
    DELETES="unlink remove rmdir",
    SOCKETS="socket connect send recv sendto recvfrom",
    SERVES="bind listen accept",
    HTTP="curl_easy_perform",
    SQL="sqlite3_exec mysql_query PQexec",
    ENVIRONMENT="getenv secure_getenv std.getenv",
    PRINTS="printf puts putchar std.println std.print",
    INPUT="scanf gets fgets getline getchar std.getline",
    ENDS="exit _exit abort std.exit",
    RANDOM="rand srand random std.rand",
    THREADS="pthread_create std.thread std.async std.jthread",
    MEMORY="malloc calloc realloc free alloca",
    COPIES="strcpy strcat sprintf vsprintf memcpy memmove gets",
)

EFFECTS: dict[str, dict[str, str]] = {
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "java": _JAVA,
    "kotlin": _JAVA | _table(READS="File.readText", PRINTS="println print"),
    "csharp": _table(
        RUNS="Process.Start",
        READS="File.ReadAllText File.ReadAllBytes File.ReadAllLines StreamReader File.OpenRead",
        WRITES="File.WriteAllText File.WriteAllBytes File.AppendAllText StreamWriter",
        OPENS="File.Open FileStream",
        DELETES="File.Delete Directory.Delete",
        HTTP="HttpClient WebClient WebRequest. .GetAsync .PostAsync .GetStringAsync",
        SERVES="TcpListener HttpListener",
        SOCKETS="TcpClient Socket UdpClient",
        SQL=".ExecuteReader .ExecuteNonQuery .ExecuteScalar .ExecuteSqlRaw .FromSqlRaw SqlCommand",
        DATABASE="SqlConnection",
        OBJECTS="BinaryFormatter .Deserialize",
        ENVIRONMENT="Environment.GetEnvironmentVariable",
        PRINTS="Console.Write Console.WriteLine",
        INPUT="Console.ReadLine",
        ENDS="Environment.Exit",
        HASHES="MD5. SHA1. SHA256. SHA512. Aes.",
        RANDOM="Random",
        THREADS="Task.Run Thread Parallel.",
        XML="XmlDocument XmlReader.",
    ),
    "go": _table(
        RUNS="exec.Command exec.CommandContext syscall.Exec os.StartProcess",
        READS="os.ReadFile ioutil.ReadFile",
        WRITES="os.WriteFile ioutil.WriteFile os.Create",
        OPENS="os.Open os.OpenFile",
        DELETES="os.Remove os.RemoveAll",
        HTTP="http.Get http.Post http.NewRequest http.NewRequestWithContext http.DefaultClient.",
        SERVES="http.ListenAndServe http.ListenAndServeTLS http.HandleFunc net.Listen",
        SOCKETS="net.Dial net.DialTimeout",
        SQL=".Query .QueryRow .Exec .QueryContext .ExecContext .QueryRowContext",
        DATABASE="sql.Open",
        OBJECTS="gob.NewDecoder",
        ENVIRONMENT="os.Getenv os.LookupEnv",
        PRINTS="fmt.Print fmt.Println fmt.Printf log.",
        INPUT="bufio.NewScanner fmt.Scan fmt.Scanln",
        ENDS="os.Exit log.Fatal log.Fatalf panic",
        HASHES="md5. sha1. sha256. sha512. hmac. aes. cipher.",
        RANDOM="rand.",
    ),
    "rust": _table(
        RUNS="std.process.Command.new Command.new process.Command.new",
        READS="std.fs.read std.fs.read_to_string fs.read fs.read_to_string",
        WRITES="std.fs.write fs.write File.create",
        OPENS="File.open std.fs.File.open OpenOptions.new",
        DELETES="fs.remove_file fs.remove_dir_all std.fs.remove_file std.fs.remove_dir_all",
        HTTP="reqwest. ureq.",
        SERVES="TcpListener.bind",
        SOCKETS="TcpStream.connect UdpSocket.bind",
        SQL="sqlx.query sqlx.query_as .execute .query_row",
        ENVIRONMENT="env.var std.env.var env.vars",
        PRINTS="println print eprintln eprint",
        INPUT=".read_line",
        ENDS="std.process.exit process.exit panic",
        THREADS="thread.spawn std.thread.spawn tokio.spawn",
        RANDOM="rand.random",
    ),
    "ruby": _table(
        SHELL="system ` exec Kernel.system IO.popen %x",
        RUNS="spawn Open3. Process.spawn",
        READS="File.read File.readlines IO.read File.foreach",
        WRITES="File.write IO.write",
        OPENS="File.open open File.new",
        DELETES="File.delete FileUtils.rm FileUtils.rm_rf FileUtils.rm_r",
        HTTP="Net.HTTP. URI.open HTTParty. Faraday.",
        SOCKETS="TCPSocket.new UDPSocket.new",
        SERVES="TCPServer.new",
        SQL=".execute .exec_query .find_by_sql .select_all",
        EVAL="eval instance_eval class_eval .instance_eval .class_eval .eval",
        OBJECTS="Marshal.load YAML.load",
        PRINTS="puts print p pp",
        INPUT="gets",
        ENDS="exit abort exit!",
        HASHES="Digest. OpenSSL.",
        RANDOM="rand Random.rand",
        THREADS="Thread.new",
    ),
    "php": _table(
        SHELL="exec shell_exec system passthru popen `",
        RUNS="proc_open pcntl_exec",
        READS="file_get_contents file readfile fread",
        WRITES="file_put_contents fwrite move_uploaded_file",
        OPENS="fopen",
        DELETES="unlink rmdir",
        HTTP="curl_exec curl_init get_headers",
        SOCKETS="fsockopen socket_create stream_socket_client",
        SQL="mysqli_query pg_query mysql_query .query .exec .prepare .execute",
        DATABASE="PDO mysqli mysqli_connect pg_connect",
        EVAL="eval create_function assert",
        OBJECTS="unserialize",
        ENVIRONMENT="getenv",
        PRINTS="printf print_r var_dump",
        ENDS="exit die",
        HASHES="md5 sha1 hash password_hash openssl_encrypt",
        RANDOM="rand mt_rand uniqid",
        XML="simplexml_load_string simplexml_load_file DOMDocument",
    ),
    "swift": _table(
        RUNS="Process",
        READS="String.init.contentsOfFile FileManager.default.contents",
        WRITES=".write",
        DELETES=".removeItem",
        HTTP="URLSession.shared. .dataTask .dataTaskPublisher URLRequest",
        SQL="sqlite3_exec sqlite3_prepare_v2",
        PRINTS="print debugPrint NSLog",
        INPUT="readLine",
        ENDS="exit fatalError",
        OBJECTS="NSKeyedUnarchiver.",
        HASHES="SHA256. Insecure.",
        THREADS="Task DispatchQueue. Thread",
    ),
    "c": _C,
    "cpp": _C,
    "shell": _table(
        HTTP="curl wget",
        SOCKETS="nc ncat ssh scp rsync ftp telnet",
        DELETES="rm rmdir shred unlink",
        WRITES="cp mv tee touch mkdir ln install dd truncate",
        EVAL="eval",
        RUNS="exec xargs nohup sudo su env docker kubectl systemctl python python3 node bash sh",
        SQL="mysql psql sqlite3 mariadb",
        READS="cat head tail grep awk sed less",
        INPUT="read",
        PRINTS="echo printf",
        ENDS="exit",
    ),
}


def effect_of(name: str, language: str) -> str | None:
    """What a call of this dotted name does in this language, or None when it is not known."""
    known = EFFECTS[language]
    if name in known:
        return known[name]
    head, dot, last = name.rpartition(".")
    while head:
        if head + "." in known:
            return known[head + "."]
        head = head.rpartition(".")[0]
    return known.get("." + last) if dot else None
