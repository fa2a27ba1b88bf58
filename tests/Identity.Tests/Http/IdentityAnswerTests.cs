using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Tests.Http;

public sealed class IdentityAnswerTests
{
    [Test]
    public async Task An_audit_that_cannot_be_written_is_the_gateways_fault_and_told_with_what_to_do()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;

        await IdentityAnswer.RunAsync(context, () => throw new AuditUnavailableException("no space left"));

        Assert.That(context.Response.StatusCode, Is.EqualTo(StatusCodes.Status503ServiceUnavailable));
        Assert.That(System.Text.Encoding.UTF8.GetString(body.ToArray()), Does.Contain("no space left").And.Contain("Free space"));
    }
}
