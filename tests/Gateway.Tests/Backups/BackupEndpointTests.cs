using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.Gateway.Backups;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Backups;

public sealed class BackupEndpointTests
{
    private const int Bytes = 64 * 1024 * 1024; // more than the sockets of both ends hold

    [Test]
    [CancelAfter(60_000)]
    public async Task Who_takes_nothing_for_long_is_cut_off_and_its_copy_removed(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        using var maker = new BackupMaker(folder.Path, [new SomePart(Bytes)], clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = null);
        await using var web = builder.Build();
        web.MapBackup(maker, new BackupMetrics(web.Services.GetRequiredService<IMeterFactory>()), clock);
        await web.StartAsync(cancellationToken);
        using var client = new HttpClient();
        using var response = await client.GetAsync($"{web.Urls.Single()}/api/v1/backup", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await body.ReadExactlyAsync(new byte[1024], cancellationToken);

        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.That(Directory.Exists(folder[BackupMaker.FolderName]), "in time: a link of 110 kB/s has not had it all yet");
        clock.Advance(TimeSpan.FromMinutes(10));

        await Eventually.IsTrueAsync(() => !Directory.Exists(folder[BackupMaker.FolderName]), "the copy to be removed");
        Assert.That(() => body.CopyToAsync(Stream.Null, cancellationToken), Throws.InstanceOf<IOException>());
    }
}
