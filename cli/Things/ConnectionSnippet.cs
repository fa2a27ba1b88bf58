using Roost.Cli.Commands;

namespace Roost.Cli.Things;

/// <summary>What a person types next, to see the thing come in.</summary>
internal static class ConnectionSnippet
{
    public static async Task WriteAsync(CommandRun run, string thing, ThingFiles files, GatewayAddress gateway)
    {
        var (certificate, key, authority) = (Shown(run, files.Certificate), Shown(run, files.Key), Shown(run, files.Authority));
        foreach (var line in new[]
        {
            "",
            gateway.Port is null ? "No listener takes MQTT with TLS now; with one on port 8883 (mqtt.listeners), this would be a first message:" : "A first message:",
            $"  mosquitto_pub --cafile {Quoted(authority)} --cert {Quoted(certificate)} --key {Quoted(key)} -h {gateway.Host} -p {gateway.PortOrUsual} -i {thing} -q 1 -V 5 -t robots/{thing}/hello -m hello",
            "",
            "AWS IoT Device SDK v2, Python:",
            $"  mqtt_connection_builder.mtls_from_path(endpoint=\"{gateway.Host}\", port={gateway.PortOrUsual}, cert_filepath=\"{certificate}\",",
            $"      pri_key_filepath=\"{key}\", ca_filepath=\"{authority}\", client_id=\"{thing}\")",
            "AWS IoT Device SDK v2, JavaScript:",
            $"  iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(\"{certificate}\", \"{key}\")",
            $"      .with_certificate_authority_from_path(undefined, \"{authority}\").with_endpoint(\"{gateway.Host}\").with_port({gateway.PortOrUsual}).with_client_id(\"{thing}\").build()",
        })
        {
            await run.WriteLineAsync(line);
        }

        if (gateway.OtherHosts.Count > 0)
        {
            await run.WriteLineAsync($"The gateway's certificate is also good for {string.Join(", ", gateway.OtherHosts)}.");
        }
    }

    /// <summary>Relative where it is below the folder that the command was called in.</summary>
    private static string Shown(CommandRun run, string path) => Path.GetRelativePath(run.Terminal.Folder, path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;

    private static string Quoted(string path) => path.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
