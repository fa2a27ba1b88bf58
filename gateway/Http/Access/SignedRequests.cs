using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>Takes a request of ASP.NET's to the check of its signature, body included.</summary>
internal sealed class SignedRequests(ISignatureChecks checks, HttpOptions options, TimeProvider time)
{
    private const long HeldAtOnce = 32 * 1024 * 1024;
    private const long HeldOfAddress = 12 * 1024 * 1024;

    /// <summary>Until then a body that is held has to be there.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private static readonly string _emptyHash = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly BodyBudget _budget = new(HeldAtOnce, HeldOfAddress);

    /// <summary>Whether it is signed by its query. Such a query is a credential: it is never logged.</summary>
    public static bool IsPresigned(HttpContext context) => context.Request.Query.ContainsKey("X-Amz-Signature") || context.Request.Query.ContainsKey("X-Amz-Algorithm") || context.Request.Query.ContainsKey("X-Amz-Credential");

    /// <exception cref="BadHttpRequestException">The body is too large to be held, or another than the one that was signed.</exception>
    public async Task<CredentialCheck> CheckAsync(HttpContext context)
    {
        var check = await checks.BeginAsync(Describe(context), context.RequestAborted);
        if (check.Refused is { } refused)
        {
            return refused;
        }

        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        if (check.PayloadHash is null)
        {
            return check.Finish(hasBody ? await HoldAsync(context) : _emptyHash);
        }

        var result = check.Finish(check.PayloadHash);
        if (result.Principal is not null && check.PayloadHash != SignatureCheck.UnsignedPayload)
        {
            if (hasBody)
            {
                context.Request.Body = new HashedBody(context.Request.Body, check.PayloadHash, context.Request.ContentLength);
            }
            else
            {
                HashedBody.Compare(_emptyHash, check.PayloadHash);
            }
        }

        return result;
    }

    private static SignedRequest Describe(HttpContext context) => new()
    {
        Method = context.Request.Method,
        RawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        Headers = [.. context.Request.Headers.SelectMany(static header => header.Value, static (header, value) => KeyValuePair.Create(header.Key, value ?? ""))],
        Services = SignedServices.Of(context.Request.Path),
        Source = context.Connection.RemoteIpAddress,
    };

    /// <summary>Clients like boto3 state no hash: the whole body has to be there before it is known who sent it.</summary>
    /// <returns>Its hash.</returns>
    private async Task<string> HoldAsync(HttpContext context)
    {
        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            throw TooLarge();
        }

        using var late = new CancellationTokenSource(_patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        var address = context.Connection.RemoteIpAddress ?? System.Net.IPAddress.None;
        var held = new ArrayBufferWriter<byte>();
        var taken = 0L;
        context.Response.OnCompleted(() =>
        {
            _budget.Return(address, taken);
            return Task.CompletedTask;
        });
        while (true)
        {
            var count = await ReadAsync(context, held.GetMemory(16 * 1024), late.Token, end.Token);
            if (count == 0)
            {
                break;
            }

            if (!_budget.TryTake(address, count))
            {
                throw new BadHttpRequestException("Too many bodies without X-Amz-Content-Sha256 are on their way; try again.", StatusCodes.Status503ServiceUnavailable);
            }

            taken += count;
            held.Advance(count);
            if (held.WrittenCount > options.MaxBodyBytes)
            {
                throw TooLarge();
            }
        }

        context.Request.Body = new MemoryStream(held.WrittenMemory.ToArray(), writable: false);
        return Convert.ToHexStringLower(SHA256.HashData(held.WrittenSpan));
    }

    private static async ValueTask<int> ReadAsync(HttpContext context, Memory<byte> buffer, CancellationToken late, CancellationToken end)
    {
        try
        {
            return await context.Request.Body.ReadAsync(buffer, end);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            throw new BadHttpRequestException("A signed body without X-Amz-Content-Sha256 has to be there within a minute: it is held until it is known who sent it.", StatusCodes.Status408RequestTimeout, exception);
        }
    }

    private BadHttpRequestException TooLarge() =>
        new($"A signed body without X-Amz-Content-Sha256 may have {options.MaxBodyBytes} bytes (http.max-body).", StatusCodes.Status413PayloadTooLarge);
}
