using Roost.Gateway.Configuration;
using Roost.Gateway.Hosting;
using Roost.Identity;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Storage.Upgrades;

namespace Roost.Gateway.Upgrades;

/// <summary>Before anything is opened: refuses what a newer version wrote, and brings forward what an older one did. See docs/install.md.</summary>
internal static class DataForms
{
    // A database of some hundred MiB on a slow card; the unit gives a start 90 s.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);

    /// <exception cref="StartRefusedException">It cannot be used by this version as it is.</exception>
    public static void BringForward(RoostConfiguration configuration, ServiceManager manager, TextWriter errors)
    {
        try
        {
            new DataUpgrade(configuration.DataFolder, Daemon.Version, Databases(configuration), LogFolders(configuration)).Run(line =>
            {
                errors.WriteLine($"roostd: {line}");
                manager.Extend(s_longest);
                manager.Status(line);
            });
        }
        catch (UpgradeException exception)
        {
            throw new StartRefusedException(exception.Message, exception.MayPass ? ExitCode.Failed : ExitCode.DataRefused);
        }
    }

    // A room that keeps a database, or logs in a folder of its own, adds it here.
    private static List<UpgradedDatabase> Databases(RoostConfiguration configuration) =>
        [.. ShadowDatabases.Of(configuration.Get<ShadowOptions>()), .. IdentityDatabases.Of(configuration.Get<IdentityOptions>()), .. FunctionDatabases.Of(configuration.Get<FunctionOptions>())];

    private static IEnumerable<string> LogFolders(RoostConfiguration configuration) =>
    [
        configuration.Get<MqttOptions>().Folder!, configuration.Get<ShadowOptions>().Folder, configuration.Get<IdentityOptions>().Folder,
        Path.Combine(configuration.DataFolder, "streams"), Path.Combine(configuration.DataFolder, "bridge"), .. FunctionDatabases.LogFolders(configuration.Get<FunctionOptions>()),
    ];
}
