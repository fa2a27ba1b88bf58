using System.Collections;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Gateway.Audit;
using Roost.Gateway.Backups;
using Roost.Gateway.Clients;
using Roost.Gateway.Configuration;
using Roost.Gateway.Disks;
using Roost.Gateway.Doctor;
using Roost.Gateway.Hardware;
using Roost.Gateway.Health;
using Roost.Gateway.Hosting;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;
using Roost.Gateway.Messages;
using Roost.Gateway.Metrics;
using Roost.Gateway.OpenApi;
using Roost.Gateway.Policies;
using Roost.Gateway.Retained;
using Roost.Gateway.Rooms;
using Roost.Gateway.Routing;
using Roost.Gateway.Status;
using Roost.Gateway.Upgrades;
using Roost.Hardware;
using Roost.Identity;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;
using Roost.Streams;
using Serilog.Extensions.Logging;

namespace Roost.Gateway;

/// <summary>One run of <c>roostd</c>, from its arguments to its exit code.</summary>
internal static class Daemon
{
    public static string Version { get; } = typeof(Daemon).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static async Task<int> RunAsync(string[] arguments, IDictionary environment, TextWriter output, TextWriter errors)
    {
        var commandLine = CommandLine.Parse(arguments, out var fault);
        if (fault is not null)
        {
            await errors.WriteLineAsync($"roostd: {fault}\n{CommandLine.Usage}");
            return ExitCode.Misconfigured;
        }

        if (commandLine.Help || commandLine.Version)
        {
            await output.WriteLineAsync(commandLine.Help ? CommandLine.Usage : $"roostd {Version}");
            return ExitCode.Stopped;
        }

        if (commandLine.AuditFolder is { } audit)
        {
            return await OfflineAudit.VerifyAsync(audit, commandLine, output, errors);
        }

        if (commandLine.PolicyFile is { } policy)
        {
            return await OfflinePolicy.CheckAsync(policy, output, errors);
        }

        if (commandLine.LeaveOutputs)
        {
            return await LeaveOutputsAsync(commandLine, environment, output);
        }

        var configuration = RoostConfiguration.Load(commandLine, environment, out var faults);
        foreach (var one in faults)
        {
            await errors.WriteLineAsync(one.ToString());
        }

        using var manager = new ServiceManager(environment);
        if (faults.Count > 0)
        {
            manager.Status($"Not started: {faults[0]}{(faults.Count == 1 ? "" : "; the journal has the rest")}");
            return ExitCode.Misconfigured;
        }

        if (configuration.Overruled is { } overruled)
        {
            await errors.WriteLineAsync($"warning: {overruled}");
        }

        if (commandLine.CheckOnly)
        {
            await output.WriteLineAsync($"{commandLine.ConfigurationFile ?? "the default configuration"} is valid");
            return ExitCode.Stopped;
        }

        try
        {
            if (commandLine.BackupFile is not null || commandLine.RestoreFile is not null)
            {
                var logger = new LineLogger(errors);
                await output.WriteLineAsync(commandLine.BackupFile is { } backup
                    ? await OfflineBackup.MakeAsync(configuration, backup, commandLine.Force, logger)
                    : await OfflineBackup.RestoreAsync(configuration, commandLine.RestoreFile!, commandLine.Force, commandLine.Replay, logger));
                return ExitCode.Stopped;
            }

            return await ServeAsync(configuration, environment, manager, output, errors);
        }
        catch (StartRefusedException exception)
        {
            await errors.WriteLineAsync($"roostd: {exception.Message}");
            manager.Status($"Not started: {exception.Message}"); // the journal loses the last words of a process that ends at once from the service's lines
            return exception.ExitCode;
        }
    }

    /// <summary>After a daemon that was killed. Nothing that goes wrong here is to look like the daemon's own end, so that the result is always 0.</summary>
    private static async Task<int> LeaveOutputsAsync(CommandLine commandLine, IDictionary environment, TextWriter output)
    {
        var configuration = RoostConfiguration.Load(commandLine, environment, out var faults);
        if (faults.Count > 0)
        {
            await output.WriteLineAsync($"roostd: outputs are left as they are, as the configuration is wrong: {faults[0]}");
        }
        else
        {
            foreach (var line in AbandonedOutputs.Leave(configuration.Get<HardwareOptions>()))
            {
                await output.WriteLineAsync($"roostd: {line}");
            }
        }

        return ExitCode.Stopped;
    }

    /// <summary>Runs until a signal ends it, or its broker fails.</summary>
    /// <exception cref="StartRefusedException">Something is in the way; nothing was opened.</exception>
    private static async Task<int> ServeAsync(RoostConfiguration configuration, IDictionary environment, ServiceManager manager, TextWriter output, TextWriter errors)
    {
        FileAccessMask.Set();
        using var held = DataFolderLock.Take(configuration.DataFolder);
        if (OfflineBackup.Tidy(configuration))
        {
            await errors.WriteLineAsync("roostd: a restore that was cut short has been finished");
        }

        Listeners.Probe(configuration);
        DataForms.BringForward(configuration, manager, errors);
        using var metrics = new MetricsCollector(); // before the first meter is made
        await using var app = Build(configuration, environment, manager, metrics);
        await StartAsync(app);

        var listeners = Listeners.Describe(app);
        manager.Ready(listeners);
        await output.WriteLineAsync($"roost is ready: {listeners}");
        await output.FlushAsync();
        await app.WaitForShutdownAsync();
        return app.Services.GetRequiredService<BrokerHost>().HasFailed ? ExitCode.Failed : ExitCode.Stopped;
    }

    /// <exception cref="StartRefusedException">What a room keeps, a key included, cannot be opened: damaged, of a newer Roost, or not to be written.</exception>
    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or DatabaseVersionException or CorruptLogException or IdentityDamagedException or InvalidDataException)
        {
            throw new StartRefusedException(exception.Message, ExitCode.DataRefused);
        }
        catch (Exception exception) when (exception is SqliteException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"what is kept in the data folder cannot be opened: {exception.Message.TrimEnd('.')}. Look for a full or read-only disk, and who owns the folders");
        }
    }

    /// <summary>All that the daemon is made of, its routes included; nothing is open yet.</summary>
    internal static WebApplication Build(RoostConfiguration configuration, IDictionary environment, ServiceManager manager, MetricsCollector metrics)
    {
        // The empty builder: no settings but ours, so that no variable or file of the framework's changes what the daemon does.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "roostd", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddLogging(logging => logging
            .SetMinimumLevel(configuration.Get<LogOptions>().Level)
            .Services.AddSingleton<ILoggerProvider>(new SerilogLoggerProvider(LoggingSetup.Create(configuration.Get<LogOptions>(), Path.Combine(configuration.DataFolder, "log"), environment), dispose: true)));
        RoomServices.AddRooms(builder.Services, configuration);
        builder.AddHttp(configuration.Get<HttpOptions>());
        builder.Services.AddSingleton(manager);
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        builder.Services.AddHostedService<Watchdog>();
        builder.Services.AddHostedService<MemoryReturn>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = SignalLifetime.DrainLimit);

        var app = builder.Build();
        app.UseHttpSteps();
        app.MapHealth([.. app.Services.GetServices<IHealthSource>()]);
        app.MapMetrics(metrics, app.Services.GetRequiredService<IFunctionInvoker>());
        app.MapPublish(app.Services.GetRequiredService<IMqttBroker>(), configuration.Get<MqttOptions>().Limits.MaxPacketBytes);
        app.MapMessages(app.Services.GetRequiredService<IMqttBroker>(), app.Services.GetRequiredService<TimeProvider>(), app.Lifetime.ApplicationStopping);
        app.MapMqtt(app.Services.GetRequiredService<MqttBroker>(), app.Lifetime.ApplicationStopping);
        app.MapOpenApi();
        app.MapStatus(configuration);
        app.MapDoctor(new Examination(configuration.DataFolder, app.Services.GetRequiredService<FunctionHost>(), app.Services.GetRequiredService<IStreamStorage>(), [.. app.Services.GetServices<IHealthSource>()], app.Services.GetRequiredService<IExpiringCredentials>(), app.Services.GetRequiredService<DiskWatch>()));
        app.MapDisk(app.Services.GetRequiredService<DiskWatch>());
        app.MapHardware(app.Services.GetRequiredService<IHardware>(), app.Services.GetRequiredService<ISensors>(), app.Services.GetRequiredService<TimeProvider>());
        app.MapRoutes(app.Services.GetRequiredService<RouteTable>());
        app.MapDrops(app.Services.GetRequiredService<MqttBroker>());
        app.MapClients(app.Services.GetRequiredService<MqttBroker>(), app.Services.GetRequiredService<TimeProvider>());
        app.MapAwsConnections(app.Services.GetRequiredService<MqttBroker>());
        app.MapAwsRetained(app.Services.GetRequiredService<MqttBroker>());
        app.MapRetained(app.Services.GetRequiredService<MqttBroker>());
        app.MapBackup(app.Services.GetRequiredService<BackupMaker>(), app.Services.GetRequiredService<BackupMetrics>(), app.Services.GetRequiredService<TimeProvider>());
        app.MapShadows();
        app.MapFunctions();
        app.MapStreams();
        app.MapCloudBridge();
        app.MapIdentity();
        return app;
    }
}
