// The process that the crash tests kill: audits until it ends, and says on stdout, a line each, what was acknowledged.
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Identity;
using Roost.Identity.Audit;
using Roost.Identity.Store;

var (folder, run) = (args[0], args[1]);
Directory.CreateDirectory(folder);
var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
var identity = Options.Create(new IdentityOptions { Folder = folder });
var database = new IdentityDatabase(identity, NullLogger<IdentityDatabase>.Instance);
await database.OpenAsync();
var trail = new AuditTrail(
    identity, Options.Create(new AuditOptions()), database, TimeProvider.System, new AuditMetrics(meters), NullLogger<AuditTrail>.Instance);
await trail.StartAsync(CancellationToken.None);
await Task.WhenAll(Enumerable.Range(0, 8).Select(async producer =>
{
    for (var number = 0; ; number++)
    {
        var resource = $"{run}:{producer}:{number}";
        trail.Note(new AuditEntry("connect") { Principal = $"cert/{producer}", Reason = new string('x', number % 300) });
        await trail.RecordAsync(new AuditEntry("thing.create") { Resource = resource });
        lock (Console.Out)
        {
            Console.Out.WriteLine(resource);
            Console.Out.Flush();
        }
    }
}));
