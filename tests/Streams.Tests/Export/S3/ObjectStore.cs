using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>A real object store in a process of its own: s3rver, from npm.</summary>
internal sealed class ObjectStore(string folder) : IAsyncDisposable
{
    public const string Bucket = "roost";
    public const string Key = "S3RVER"; // the only one that it knows, and its secret
    private static readonly string s_home = Path.Combine(SourceTree.Root, "tests/Streams.Tests/Export/S3");

    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public CloudS3Options Options => new()
    {
        Endpoint = $"http://127.0.0.1:{Port}",
        Bucket = Bucket,
        AccessKeyId = Key,
        SecretAccessKey = Key,
        Timeout = TimeSpan.FromSeconds(20),
    };

    public async Task StartAsync()
    {
        var program = Path.Combine(s_home, "node_modules/s3rver/bin/s3rver.js");
        if (!File.Exists(program))
        {
            Assert.Ignore("s3rver is not installed; this needs npm ci in tests/Streams.Tests/Export/S3.");
        }

        string[] arguments = [program, "--directory", folder, "--address", "127.0.0.1", "--port", $"{Port}", "--no-vhost-buckets", "--silent", "--configure-bucket", Bucket];
        _process = Process.Start(new ProcessStartInfo("/usr/bin/node", arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(AcceptsAsync, "s3rver to listen");
    }

    /// <summary>SIGSTOP: the kernel goes on to take connections and bytes, and nobody answers.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <returns>Keys in the order in which stores list them.</returns>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        using var client = Client();
        var keys = new List<string>();
        await foreach (var found in client.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = Bucket }).S3Objects)
        {
            keys.Add(found.Key);
        }

        return keys;
    }

    public async Task<(byte[] Body, GetObjectResponse About)> GetAsync(string key)
    {
        using var client = Client();
        using var found = await client.GetObjectAsync(Bucket, key);
        using var body = new MemoryStream();
        await found.ResponseStream.CopyToAsync(body);
        return (body.ToArray(), found);
    }

    /// <summary>What a consumer does who reads all objects in the order of their names.</summary>
    public async Task<IReadOnlyList<string>> ReadLinesAsync()
    {
        var lines = new List<string>();
        foreach (var key in await ListAsync())
        {
            var (body, _) = await GetAsync(key);
            using var unpacked = new StreamReader(key.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body));
            while (await unpacked.ReadLineAsync() is { } line)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    private AmazonS3Client Client() => new(new BasicAWSCredentials(Key, Key), new AmazonS3Config { ServiceURL = Options.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task<bool> AcceptsAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
