using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>One daemon for all: none of these tests changes it.</summary>
public sealed class HttpTests
{
    private TemporaryFolder _folder = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder["roost.yaml"], "http: { hosts: [roost.local], max-body: 8KiB }");
        _daemon = await DaemonProcess.StartAsync(_folder["data"], _folder["roost.yaml"]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Its_own_paths_are_described_for_programs()
    {
        using var answer = await _daemon.Http.GetAsync("/openapi/v1.json");

        Assert.That((answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "application/json")));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("""{"openapi":"3.1.0",""").And.Contain("/api/v1/disk").And.Contain("/api/v1/hardware"));
    }

    [TestCase("127.0.0.1", HttpStatusCode.OK)]
    [TestCase("127.0.0.1:PORT", HttpStatusCode.OK)]
    [TestCase("127.9.9.9", HttpStatusCode.OK)]
    [TestCase("[::1]:1", HttpStatusCode.OK)]
    [TestCase("localhost", HttpStatusCode.OK)]
    [TestCase("LOCALHOST:PORT", HttpStatusCode.OK)]
    [TestCase("roost.local", HttpStatusCode.OK)]
    [TestCase("evil.example", HttpStatusCode.Forbidden, Description = "DNS rebinding: a name of the attacker's that resolves to 127.0.0.1")]
    [TestCase("localhost.evil.example", HttpStatusCode.Forbidden)]
    [TestCase("127.0.0.1.evil.example", HttpStatusCode.Forbidden)]
    [TestCase("10.0.0.1", HttpStatusCode.Forbidden)]
    [TestCase("0.0.0.0", HttpStatusCode.Forbidden)]
    public async Task The_host_must_be_ours(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Host = host.Replace("PORT", $"{_daemon.HttpPort}");

        Assert.That((await _daemon.Http.SendAsync(request)).StatusCode, Is.EqualTo(expected));
    }

    [TestCase("http://127.0.0.1:PORT", HttpStatusCode.OK)]
    [TestCase("http://evil.example", HttpStatusCode.Forbidden)]
    [TestCase("http://127.0.0.1:1", HttpStatusCode.Forbidden, Description = "another program's page on the same machine")]
    [TestCase("https://127.0.0.1:PORT", HttpStatusCode.Forbidden)]
    [TestCase("http://localhost:PORT", HttpStatusCode.Forbidden)]
    [TestCase("null", HttpStatusCode.Forbidden, Description = "a sandboxed frame or a local file")]
    public async Task Pages_of_other_origins_are_refused(string origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Add("Origin", origin.Replace("PORT", $"{_daemon.HttpPort}"));

        Assert.That((await _daemon.Http.SendAsync(request)).StatusCode, Is.EqualTo(expected));
    }

    [TestCase("cross-site", HttpStatusCode.Forbidden, Description = "a picture in a foreign page: it sends no Origin")]
    [TestCase("same-site", HttpStatusCode.Forbidden, Description = "another program's page on the same machine")]
    [TestCase("same-origin", HttpStatusCode.OK)]
    [TestCase("none", HttpStatusCode.OK, Description = "typed by the owner")]
    public async Task Fetches_for_pages_of_other_sites_are_refused(string site, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Add("Sec-Fetch-Site", site);

        Assert.That((await _daemon.Http.SendAsync(request)).StatusCode, Is.EqualTo(expected));
    }

    [TestCase("POST", "/2018-10-31/layers/l/versions", 404, "UnknownOperationException")]
    [TestCase("DELETE", "/topics/a", 405, "MethodNotAllowedException")]
    public async Task An_operation_of_aws_that_is_not_there_is_refused_in_its_form(string method, string path, int status, string error)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _daemon.Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { error }));
    }

    [Test]
    public async Task A_request_without_a_host_is_refused()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _daemon.HttpPort);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.0\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());

        Assert.That(await reader.ReadLineAsync(), Does.StartWith("HTTP/1.1 403"));
    }

    [TestCase("GET", "/nowhere", 404, "Nothing is served at /nowhere.")]
    [TestCase("GET", "/api/v1/nowhere.js", 404, "Nothing is served at /api/v1/nowhere.js.")]
    [TestCase("DELETE", "/healthz", 405, "DELETE is not possible at /healthz; it takes GET.")]
    public async Task Errors_are_json_with_a_message(string method, string path, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _daemon.Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(body.RootElement.GetProperty("message").GetString(), Is.EqualTo(message));
    }

    [Test]
    public async Task Health_is_json_with_every_room()
    {
        using var response = await _daemon.Http.GetAsync("/healthz");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(body.RootElement.GetProperty("status").GetString(), Is.EqualTo("up"));
    }

    [Test]
    public async Task Metrics_are_in_the_format_of_prometheus()
    {
        using var response = await _daemon.Http.GetAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(text, Does.Match("(?m)^process_resident_memory_bytes [0-9]+$"));
        Assert.That(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.All.Match(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{.+\})? [-0-9.eE+Inf]+)$"));
    }

    [Test]
    public void The_socket_is_for_its_owner_and_group()
    {
        var socket = Path.Combine(_folder["data"], "run", "roostd.sock");

        Assert.That(File.GetUnixFileMode(socket), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(socket)!) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute), Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public async Task The_socket_answers_whatever_the_host()
    {
        using var client = UnixClient.Over(Path.Combine(_folder["data"], "run", "roostd.sock"));

        Assert.That((await client.GetAsync("http://roost/healthz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_socket_closes_on_a_stranger_whatever_its_mode()
    {
        var data = _folder["data"];
        var socket = Path.Combine(data, "run", "roostd.sock");
        const UnixFileMode Everyone = (UnixFileMode)0x1FF; // 0777: somebody has widened it all
        await Shell.RunAsync("chmod", "0755", _folder.Path, data);
        await Shell.RunAsync("chmod", "0777", Path.GetDirectoryName(socket)!, socket);
        Assume.That(File.GetUnixFileMode(socket) & Everyone, Is.EqualTo(Everyone));
        Assume.That(Environment.UserName, Is.EqualTo("root"), "only root can become another user");
        try
        {
            string[] stranger = ["--reuid=65534", "--regid=65534", "--clear-groups"];
            var (reaches, _) = await Shell.RunAsync("setpriv", [.. stranger, "test", "-w", socket]);
            Assume.That(reaches, Is.Zero, "a folder above keeps the stranger out already");
            var (code, answer) = await Shell.RunAsync("setpriv", [.. stranger, "curl", "-s", "--unix-socket", socket, "http://roost/healthz"]);
            Assert.That(code, Is.AnyOf(7, 52, 55, 56), "curl: the connection ended before or after it was used"); // 7: before curl saw it open
            Assert.That(answer, Is.Empty);
        }
        finally
        {
            await Shell.RunAsync("chmod", "0660", socket);
            await Shell.RunAsync("chmod", "0750", Path.GetDirectoryName(socket)!);
        }
    }
}
