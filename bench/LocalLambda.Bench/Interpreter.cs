namespace Roost.LocalLambda.Bench;

/// <summary>A language: its interpreter, the least function and the least echo server in it.</summary>
internal sealed record Interpreter(string Name, string Program, string Runtime, string File, string Function, string[] SayReady, string EchoFile, string Echo)
{
    public static Interpreter[] All { get; } =
    [
        new(
            "python",
            "/usr/bin/python3",
            "python3.x",
            "index.py",
            "def handler(event, context):\n    return event",
            ["-c", "print('ready', flush=True)"],
            "echo.py",
            """
            import socket, sys
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(sys.argv[1])
            listener.listen()
            connection, _ = listener.accept()
            while data := connection.recv(65536):
                connection.sendall(data)
            """),
        new(
            "node",
            "/usr/bin/node",
            "nodejs20.x",
            "index.mjs",
            "export const handler = async (event) => event;",
            ["-e", "console.log('ready')"],
            "echo.mjs",
            """
            import net from 'node:net';
            net.createServer(connection => connection.on('data', data => connection.write(data)).on('close', () => process.exit())).listen(process.argv[2]);
            """),
    ];

    public string Warm => $"{Name}-warm";

    public string Cold(int number) => $"{Name}-cold-{number}";
}
