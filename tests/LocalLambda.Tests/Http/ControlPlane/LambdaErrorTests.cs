using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Roost.LocalLambda.Http;
using Roost.LocalLambda.Http.ControlPlane;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>Refusals of the machine, which cannot be had over HTTP without filling a disk.</summary>
internal sealed class LambdaErrorTests
{
    [Test]
    public void A_full_queue_is_told_apart_from_a_function_that_has_enough_under_way()
    {
        Assert.That(LambdaError.Of(new FunctionThrottledException("f", "10 events are in its queue") { IsQueue = true }), Is.EqualTo(new LambdaError(
            429, "TooManyRequestsException", "Rate Exceeded. Function f takes no more invocations now: 10 events are in its queue.", "FunctionInvocationRateLimitExceeded")));
        Assert.That(LambdaError.Of(new FunctionThrottledException("f", "its reserved concurrency of 0 is used up"))!.Reason, Is.EqualTo("ReservedFunctionConcurrentInvocationLimitExceeded"));
    }

    [TestCase(true, 400, "CodeStorageExceededException")]
    [TestCase(false, 503, "ServiceUnavailableException", Description = "clients try it again")]
    public async Task A_disk_that_is_full_is_no_defect_whoever_finds_it(bool bringsCode, int status, string type)
    {
        foreach (var exception in (Exception[])[new IOException("No space left on device", 28), new SqliteException("database or disk is full", 13)])
        {
            var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };

            await LambdaOperation.Of(200, (HttpContext _) => Task.FromException<JsonObject?>(exception), bringsCode)(http);

            Assert.That(http.Response.StatusCode, Is.EqualTo(status), exception.Message);
            Assert.That(http.Response.Headers["x-amzn-ErrorType"].ToString(), Is.EqualTo(type));
            Assert.That(Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()), Does.Contain("The disk of the gateway is full."));
        }
    }
}
