using Microsoft.AspNetCore.Http;
using Roost.Gateway.Audit;
using Roost.Identity;
using Roost.Storage.Logs;

namespace Roost.Gateway.Tests.Audit;

public sealed class AuditStepTests
{
    private readonly Trail _trail = new();

    [SetUp]
    public void Forget() => _trail.Clear();

    [Test]
    public void A_change_whose_client_hangs_up_before_the_answer_is_recorded()
    {
        var context = Request("PUT", "/api/v1/streams/x");

        Assert.That(() => Step().InvokeAsync(context, _ => throw new OperationCanceledException()), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(_trail.Recorded.Single().Resource, Is.EqualTo("PUT /api/v1/streams/x"));
        Assert.That(_trail.Noted, Is.Empty);
    }

    [Test]
    public async Task A_backup_that_was_handed_out_is_in_the_audit_and_waits_for_no_disk()
    {
        await new AuditStep(_trail, new FullDisk()).InvokeAsync(Request("GET", "/api/v1/backup"), _ => Task.CompletedTask);

        Assert.That(_trail.Noted.Single().Resource, Is.EqualTo("GET /api/v1/backup"));
        Assert.That(_trail.Recorded, Is.Empty);
    }

    [Test]
    public async Task A_change_is_not_begun_while_it_cannot_be_audited()
    {
        var isBegun = false;
        var context = Request("PUT", "/api/v1/streams/x");

        await new AuditStep(_trail, new FullDisk()).InvokeAsync(context, _ =>
        {
            isBegun = true;
            return Task.CompletedTask;
        });

        Assert.That((isBegun, context.Response.StatusCode), Is.EqualTo((false, 503)));
    }

    private static DefaultHttpContext Request(string method, string path)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path) = (method, path);
        return context;
    }

    private AuditStep Step() => new(_trail, new Disk());

    private sealed class Trail : IAuditTrail
    {
        public List<AuditEntry> Noted { get; } = [];

        public List<AuditEntry> Recorded { get; } = [];

        public void Note(AuditEntry entry) => Noted.Add(entry);

        public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default)
        {
            Recorded.Add(entry);
            return Task.CompletedTask;
        }

        public void Clear()
        {
            Noted.Clear();
            Recorded.Clear();
        }
    }

    private sealed class Disk : IAuditStorage
    {
        public AppendLog? Log => null;

        public string? Fault => null;

        public string? Broken => null;

        public Task EnsureWritableAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FullDisk : IAuditStorage
    {
        public AppendLog? Log => null;

        public string? Fault => "full";

        public string? Broken => null;

        public Task EnsureWritableAsync(CancellationToken cancellationToken) => throw new AuditUnavailableException("full");
    }
}
