using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Inside;

/// <summary>One worker's way to the gateway: its sockets, and whose rights hold for what comes in by them.</summary>
internal sealed class InsideAccess(string function, FunctionRights rights, FunctionBudget budget, bool sharesLoopback, Func<string?> routes, string socketPath, Socket socket) : IDisposable
{
    /// <summary>A client keeps a few open; a worker that opens more waits.</summary>
    public const int MaxConnections = 16;

    // Those of SDKs a function may set itself, and then they are left alone.
    private static readonly string[] Addresses = ["ROOST_ENDPOINT", "AWS_ENDPOINT_URL_IOT_DATA_PLANE", "AWS_ENDPOINT_URL_LAMBDA"];

    private readonly string _token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
    private readonly string _accessKey = $"ASIA{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}";
    private readonly string _secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    /// <summary>Connections that are open.</summary>
    public int Connections;

    public string Function { get; } = function;

    public RequestGate Gate { get; } = new(function, rights);

    public FunctionRights Rights { get; } = rights;

    public FunctionBudget Budget { get; } = budget;

    /// <summary>On the gateway's side; the same file is in the sandbox.</summary>
    public string SocketPath { get; } = socketPath;

    public Socket Socket { get; } = socket;

    /// <summary>What the invocation that the worker runs at the moment has passed; null for none.</summary>
    public string? Routes => routes();

    /// <summary>In the machine's own network other programs reach the port, too: there a request shows the worker's token.</summary>
    public bool IsAdmitted(HttpContext context) => !sharesLoopback || context.Connection.LocalIpAddress is null
        || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers["X-Amz-Security-Token"].ToString()), Encoding.UTF8.GetBytes(_token));

    /// <summary>The variables that hold the address of the endpoint.</summary>
    public static IReadOnlyList<string> AddressVariables(FunctionDefinition definition) => [.. Addresses.Where(name => !definition.Environment.ContainsKey(name))];

    /// <summary>What the function is told; the launcher adds host and port to the addresses.</summary>
    /// <param name="socketInside">The socket's path as the function sees it.</param>
    public IEnumerable<(string Name, string Value)> Environment(FunctionDefinition definition, string socketInside) =>
    [
        ("AWS_ACCESS_KEY_ID", _accessKey), ("AWS_SECRET_ACCESS_KEY", _secret), ("AWS_SESSION_TOKEN", _token), ("ROOST_ENDPOINT_SOCKET", socketInside),
        .. AddressVariables(definition).Select(name => (name, "http://")),
    ];

    public void Dispose()
    {
        Socket.Dispose();
        File.Delete(SocketPath);
    }
}
