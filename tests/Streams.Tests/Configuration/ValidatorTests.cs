using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Configuration;

public sealed class ValidatorTests
{
    [Test]
    public void The_defaults_are_valid()
    {
        Assert.That(Faults<StreamsOptions>(), Is.Empty);
        Assert.That(Faults<CloudMqttOptions>(), Is.Empty);
        Assert.That(Faults<CloudOptions>(), Is.Empty);
    }

    [Test]
    public void Every_fault_of_the_streams_is_told_at_once()
    {
        var faults = Faults<StreamsOptions>(streams: options =>
        {
            options["a/b"] = new StreamOptions();
            options["$mine"] = new StreamOptions();
            options["x"] = new StreamOptions { MaxRecordBytes = 1, Retention = { Bytes = 10, Age = TimeSpan.Zero, Records = 0 } };
        });

        Assert.That(faults, Has.Some.StartsWith("Streams:a/b is no stream name").And.Some.StartsWith("Streams:$mine begins with $"));
        Assert.That(faults, Has.Some.StartsWith("Streams:x:MaxRecordBytes").And.Some.StartsWith("Streams:x:Retention:Bytes").And.Some.StartsWith("Streams:x:Retention:Age").And.Some.StartsWith("Streams:x:Retention:Records"));
    }

    [Test]
    public void An_export_names_a_stream_a_topic_and_bounds_that_there_are()
    {
        var faults = Faults<CloudOptions>(
            streams: options => options["telemetry"] = new StreamOptions(),
            cloud: options => options.Exports =
            [
                new ExportOptions { Stream = "tele metry", Topic = "a" },
                new ExportOptions { Stream = "telemetry", Topic = "a/{robot}", Qos = 0, MaxInflight = 0, Name = "a b" },
                new ExportOptions { Stream = "telemetry", Topic = "a" },
                new ExportOptions { Stream = "telemetry", Topic = "b" },
            ]);

        Assert.That(faults, Has.Some.StartsWith("Cloud:Exports:0:Stream is 'tele metry'; a stream's name has"));
        Assert.That(faults, Has.Some.StartsWith("Cloud:Exports:1:Topic").And.Some.StartsWith("Cloud:Exports:1:Qos").And.Some.StartsWith("Cloud:Exports:1:MaxInflight").And.Some.StartsWith("Cloud:Exports:1:Name"));
        Assert.That(faults, Has.Some.StartsWith("Cloud:Exports:3:Name is 'mqtt', as in export 2"));
        Assert.That(faults, Has.Some.Contains("set cloud.mqtt.host"));
    }

    [Test]
    public void The_uplink_is_checked_for_what_cannot_work()
    {
        var faults = Faults<CloudMqttOptions>(mqtt: options =>
        {
            options.Port = 0;
            options.Version = "4";
            options.KeepAlive = TimeSpan.Zero;
            options.Password = "secret";
            options.PasswordFile = "/nonexistent/password";
            options.Tls = new CloudTlsOptions { Ca = "/nonexistent/ca", Certificate = "/nonexistent/certificate" };
        });

        Assert.That(faults, Has.Some.StartsWith("Cloud:Mqtt:Port").And.Some.StartsWith("Cloud:Mqtt:Version").And.Some.StartsWith("Cloud:Mqtt:KeepAlive"));
        Assert.That(faults, Has.Some.Contains("use one of them").And.Some.StartsWith("Cloud:Mqtt:PasswordFile names").And.Some.StartsWith("Cloud:Mqtt:Tls:Ca").And.Some.Contains("without its key"));
        Assert.That(faults, Has.None.Contains("secret"));
    }

    private static List<string> Faults<T>(Action<StreamsOptions>? streams = null, Action<CloudMqttOptions>? mqtt = null, Action<CloudOptions>? cloud = null)
        where T : class
    {
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection().AddLogging().AddStreams(folder.Path);
        services.Configure<StreamsOptions>(options => streams?.Invoke(options));
        services.Configure<CloudMqttOptions>(options => mqtt?.Invoke(options));
        services.Configure<CloudOptions>(options => cloud?.Invoke(options));
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
