using Roost.Gateway.Configuration;
using Roost.Gateway.Disks;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;
using Roost.Hardware;
using Roost.Identity;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Streams;

namespace Roost.Gateway.Rooms;

/// <summary>The one list of what can be configured, of the defaults that a daemon has and a room alone has not, and of what is relative to the data folder.</summary>
internal static class RoomOptions
{
    public static ConfigurationSchema Schema()
    {
        var schema = new ConfigurationSchema()
            .Add<GatewayOptions>(GatewayOptions.Section)
            .Add<LogOptions>(LogOptions.Section)
            .Add<HttpOptions>(HttpOptions.Section)
            .Add<MqttOptions>(MqttOptions.Section)
            .Add<IdentityOptions>(IdentityOptions.Section)
            .Add<AuditOptions>(AuditOptions.Section)
            .Add<IdentityCertificateOptions>(IdentityCertificateOptions.Section)
            .Add<ShadowOptions>(ShadowOptions.Section)
            .Add<FunctionOptions>(FunctionOptions.Section)
            .Add<HardwareOptions>(HardwareOptions.Section)
            .Add<StreamsOptions>(StreamsOptions.Section)
            .Add<StreamStorageOptions>(StreamStorageOptions.Section)
            .Add<CloudOptions>(CloudOptions.Section)
            .Add<CloudMqttOptions>(CloudMqttOptions.Section)
            .Add<CloudS3Options>(CloudS3Options.Section)
            .Add<ShadowSyncOptions>(ShadowSyncOptions.Section)
            .Add<SdCardOptions>(SdCardOptions.Section);
        schema.Get<MqttOptions>().Listeners = [new MqttListenerOptions(), new MqttListenerOptions { Address = "0.0.0.0", Port = 8883, Tls = new MqttTlsOptions() }];
        schema.Get<MqttOptions>().Folder = "mqtt";
        schema.Get<ShadowOptions>().Folder = "shadows";
        schema.Get<FunctionOptions>().DataFolder = "functions-data";
        return schema;
    }

    /// <summary>Makes paths absolute: what the daemon keeps is relative to the data folder, what an operator provides to the configuration file.</summary>
    public static void ResolvePaths(ConfigurationSchema schema, string dataFolder, string configurationFolder)
    {
        schema.Get<GatewayOptions>().Data = dataFolder; // also where the command line has named it
        var (http, mqtt, shadows, functions) = (schema.Get<HttpOptions>(), schema.Get<MqttOptions>(), schema.Get<ShadowOptions>(), schema.Get<FunctionOptions>());
        http.Socket = InData(http.Socket);
        mqtt.Folder = InData(mqtt.Folder ?? "");
        shadows.Folder = InData(shadows.Folder);
        schema.Get<IdentityOptions>().Folder = InData(schema.Get<IdentityOptions>().Folder);
        functions.Folder = InData(functions.Folder);
        functions.DataFolder = InData(functions.DataFolder);
        foreach (var listener in mqtt.Listeners)
        {
            listener.Socket = listener.Socket is { } socket ? InData(socket) : null;
            if (listener.Tls is { } files)
            {
                (files.Certificate, files.Key) = (Provided(files.Certificate)!, Provided(files.Key)!);
                (files.KeyPasswordFile, files.ClientCa) = (Provided(files.KeyPasswordFile), Provided(files.ClientCa));
            }
        }

        foreach (var files in http.Listeners.Select(listener => listener.Tls).OfType<HttpTlsOptions>())
        {
            (files.Certificate, files.Key, files.KeyPasswordFile) = (Provided(files.Certificate), Provided(files.Key), Provided(files.KeyPasswordFile));
        }

        var cloud = schema.Get<CloudMqttOptions>();
        cloud.PasswordFile = Provided(cloud.PasswordFile);
        if (cloud.Proxy is { } proxy)
        {
            proxy.PasswordFile = Provided(proxy.PasswordFile);
        }

        if (cloud.Tls is { } tls)
        {
            (tls.Ca, tls.Certificate, tls.Key) = (Provided(tls.Ca), Provided(tls.Certificate), Provided(tls.Key));
        }

        foreach (var web in schema.Get<CloudOptions>().Exports.Select(export => export.Http).OfType<ExportHttpOptions>())
        {
            (web.AuthorizationFile, web.BearerTokenFile, web.HmacKeyFile) = (Provided(web.AuthorizationFile), Provided(web.BearerTokenFile), Provided(web.HmacKeyFile));
            (web.Ca, web.Certificate, web.Key) = (Provided(web.Ca), Provided(web.Certificate), Provided(web.Key));
        }

        var store = schema.Get<CloudS3Options>();
        (store.SecretAccessKeyFile, store.Ca) = (Provided(store.SecretAccessKeyFile), Provided(store.Ca));
        foreach (var encryption in schema.Get<CloudOptions>().Exports.Select(export => export.S3?.Encrypt).OfType<ExportEncryptionOptions>())
        {
            encryption.KeyFile = Provided(encryption.KeyFile)!;
        }

        // An empty path stays as it is: the room's validator says what is wrong with it.
        string InData(string path) => path.Length == 0 ? path : Path.GetFullPath(path, dataFolder);

        string? Provided(string? path) => string.IsNullOrEmpty(path) ? path : Path.GetFullPath(path, configurationFolder);
    }
}
