using System.Text;

namespace Roost.Shadow.Bench;

/// <summary>What a robot vacuum reports: a dozen values, a quarter of a kibibyte.</summary>
internal static class Telemetry
{
    public static string State(long n) =>
        $$$"""{"reported":{"battery":{{{n % 100}}},"charging":false,"mode":"clean","position":{"x":{{{n % 977}}}.25,"y":{{{n % 499}}}.5,"heading":{{{n % 360}}}},"bin":{"full":false,"level":0.3},"brush":{"main":81,"side":64},"error":null,"area":{{{n}}},"firmware":"4.2.17"}}""";

    public static byte[] Update(long n) => Encoding.UTF8.GetBytes($"{{\"state\":{State(n)},\"clientToken\":\"bench-{n}\"}}");
}
