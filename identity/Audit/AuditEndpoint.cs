using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Audit;

/// <summary>
/// <c>GET /api/v1/audit</c>: the records, a page at a time. <c>GET /api/v1/audit/verify</c>: what reading the chain again finds. <c>GET /api/v1/audit/key</c>: the public
/// key that its checkpoints are signed with. Nothing of it can be written from outside.
/// </summary>
internal sealed class AuditEndpoint(AuditTrail trail) : IDisposable
{
    private const int DefaultRecords = 100;
    private const int MostRecords = 1000;

    private readonly SemaphoreSlim _verifying = new(1, 1); // a verification costs a core for a second or two

    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var filter = AuditFilter.Of(context.Request.Query);
        var limit = (int)(Number(context, "limit") ?? DefaultRecords);
        if (limit is < 1 or > MostRecords)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"limit is {limit}; use 1 to {MostRecords}.");
        }

        var newestFirst = Number(context, "from") is null && context.Request.Query["since"].Count == 0;
        var (records, next) = newestFirst
            ? AuditReader.ReadLast(Log, filter, limit, context.RequestAborted)
            : AuditReader.Read(Log, Number(context, "from") ?? 0, filter, limit, context.RequestAborted);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("records");
            foreach (var record in records)
            {
                json.WriteRawValue(record, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteNumber("next", next);
            json.WriteEndObject();
        });
    });

    public Task VerifyAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var (from, to) = (Number(context, "from"), Number(context, "to"));
        if (from > to)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"from is {from}, behind to, which is {to}.");
        }

        await _verifying.WaitAsync(context.RequestAborted);
        try
        {
            var log = Log;
            using var key = Chain.Key.ForVerifying();
            var verification = await Task.Run(
                () => new AuditVerifier(Chain.Folder, key).Verify(from, to, log.DurableOffset, context.RequestAborted), context.RequestAborted);
            await IdentityAnswer.WriteAsync(context, json => AuditVerificationJson.Write(json, verification));
        }
        finally
        {
            _verifying.Release();
        }
    });

    public Task KeyAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("id", Chain.Key.Id);
        json.WriteString("publicKey", Chain.Key.PublicPem);
        json.WriteEndObject();
    }));

    public void Dispose() => _verifying.Dispose();

    private AuditLog Chain => trail.Chain ?? throw new BadHttpRequestException("The audit is not open.", StatusCodes.Status503ServiceUnavailable);

    private Storage.Logs.AppendLog Log => Chain.Log;

    private static long? Number(HttpContext context, string name)
    {
        var text = context.Request.Query[name].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ChangeRefusedException(ChangeFault.Invalid, $"{name} is no whole number.");
    }
}
