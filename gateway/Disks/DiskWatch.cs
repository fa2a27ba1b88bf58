using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Roost.Gateway.Configuration;
using Roost.Storage;
using Roost.Storage.Devices;

namespace Roost.Gateway.Disks;

/// <summary>Keeps an eye on what is written to the disk of the data folder: a look at three counters each five minutes, and one when somebody asks.</summary>
internal sealed class DiskWatch(RoostConfiguration configuration, IOptions<SdCardOptions> options, StorageMetrics storage, IMeterFactory meters, TimeProvider clock, SystemFolders folders) : IHostedService, IAsyncDisposable
{
    /// <summary>What a start writes (logs make room ahead, databases are checked) is no sign of what a day writes.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    // Guarded by the gate.
    private readonly DailyWindow _machine = new(clock);
    private readonly DailyWindow _daemon = new(clock);
    private readonly DailyWindow _syncs = new(clock);

    private Disk? _disk;
    private ITimer? _timer;

    public SdCardOptions Options => options.Value;

    public IReadOnlyList<StorageUse> Uses => storage.Uses;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _disk = Disk.Of(configuration.DataFolder, folders);
        _ = new DiskMetrics(meters, this);
        _timer = clock.CreateTimer(_ => Note(), null, Settling, DailyWindow.Step);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer)
        {
            await timer.DisposeAsync();
        }
    }

    /// <summary>As it is now. Any thread may call.</summary>
    public DiskReport Look()
    {
        var (written, daemon, uses) = (_disk?.WrittenBytes, ProcessWrites.Read(folders), storage.Uses);
        var syncs = uses.Sum(use => use.Syncs);
        lock (_gate)
        {
            var (machine, own) = (_machine.Rate(written), _daemon.Rate(daemon));
            return new DiskReport(_disk, written, daemon, uses.Sum(use => use.WrittenBytes), syncs, machine, own, _syncs.Rate(syncs), CardLife.Predict(_disk, Options.EnduranceBytes, machine));
        }
    }

    /// <summary>Swap that lies on the same disk.</summary>
    public IReadOnlyList<SwapFile> SwapOnDisk() => _disk is { } disk ? [.. SwapFile.All(folders).Where(swap => swap.On(folders)?.Name == disk.Name)] : [];

    private void Note()
    {
        var (written, daemon, syncs) = (_disk?.WrittenBytes, ProcessWrites.Read(folders), storage.Uses.Sum(use => use.Syncs));
        lock (_gate)
        {
            _machine.Note(written);
            _daemon.Note(daemon);
            _syncs.Note(syncs);
        }
    }
}
