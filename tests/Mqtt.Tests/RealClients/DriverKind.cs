using System.ComponentModel;
using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.RealClients;

/// <summary>A client library, and the program in <c>drivers/</c> that makes it do what a test says.</summary>
/// <param name="Missing">Null, or what to install.</param>
internal sealed record DriverKind(string Name, Func<ProcessStartInfo> Program, Func<string?> Missing)
{
    private static readonly string s_folder = Path.Combine(SourceTree.Root, "tests/Mqtt.Tests/RealClients");

    private static readonly Lazy<string> s_pahoC = new(Compile);

    public static readonly DriverKind MqttJs = new(
        "mqtt.js",
        static () => new ProcessStartInfo("node", [Driver("mqttjs.mjs")]),
        static () => Directory.Exists(Path.Combine(s_folder, "node_modules/mqtt")) ? null : "npm ci in tests/Mqtt.Tests/RealClients");

    public static readonly DriverKind PahoPython = new(
        "paho-python",
        static () => new ProcessStartInfo("/usr/bin/python3", ["-B", Driver("paho_python.py")]),
        static () => Directory.Exists("/usr/lib/python3/dist-packages/paho/mqtt") ? null : "Debian's python3-paho-mqtt");

    public static readonly DriverKind PahoC = new(
        "paho-c",
        static () => new ProcessStartInfo(s_pahoC.Value),
        static () => File.Exists("/usr/include/MQTTAsync.h") ? null : "Debian's libpaho-mqtt-dev and gcc");

    public static readonly DriverKind[] All = [MqttJs, PahoPython, PahoC];

    public override string ToString() => Name;

    private static string Driver(string file) => Path.Combine(s_folder, "drivers", file);

    private static string Compile()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "paho-c");
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-Wall", "-Wextra", "-Werror", "-O1", "-o", program, Driver("paho_c.c"), "-lpaho-mqtt3as"]) { RedirectStandardError = true, UseShellExecute = false })!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : throw new AssertionException($"cc refused paho_c.c:\n{errors}");
        }
        catch (Win32Exception exception)
        {
            throw new AssertionException("There is no C compiler (cc).", exception);
        }
    }
}
