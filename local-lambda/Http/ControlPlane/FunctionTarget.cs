using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>The function that a call of the control plane is about.</summary>
internal static class FunctionTarget
{
    /// <exception cref="RequestRefusedException">The path names no function, or in two ways.</exception>
    public static FunctionArn Read(HttpContext http) =>
        FunctionName.TryRead(http, out var name, out var qualifier, out var error) ? new FunctionArn(name, qualifier) : throw new RequestRefusedException(error);

    /// <summary>For calls that are about the function as a whole.</summary>
    public static string ReadName(HttpContext http)
    {
        var arn = Read(http);
        return arn.Qualifier is null or FunctionArn.Latest
            ? arn.Name
            : throw RequestRefusedException.InvalidParameter("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.");
    }

    /// <summary>Whether it loaded or not.</summary>
    /// <exception cref="RequestRefusedException">There is no such function.</exception>
    public static Function Find(FunctionHost host, FunctionArn arn) => host.TryFind(arn.Name, out var function) ? function : throw NotFound(arn);

    /// <summary>What is kept of it.</summary>
    /// <exception cref="RequestRefusedException">There is no such function.</exception>
    public static FunctionRecord FindRecord(FunctionHost host, FunctionArn arn) => Find(host, arn).Record ?? throw NotFound(arn);

    /// <exception cref="RequestRefusedException">There is no such function.</exception>
    public static FunctionRecord Required([NotNull] FunctionRecord? record, FunctionArn arn) => record ?? throw NotFound(arn);

    /// <summary>Code and settings of a function that a folder gives would be what the folder says again with the next start.</summary>
    public static void RefuseFolders(FunctionRecord? record)
    {
        if (record?.Origin is { } origin)
        {
            throw RequestRefusedException.Conflict(
                $"Function {record.Name} is managed by the folder {origin.Folder}: change the files there, or remove that folder before you manage the function over the API.");
        }
    }

    public static void RefuseRevision(string? asked, string actual, string call)
    {
        if (asked is not null && asked != actual)
        {
            throw RequestRefusedException.WrongRevision(call);
        }
    }

    public static RequestRefusedException NotFound(FunctionArn arn) => RequestRefusedException.NotFound($"Function not found: {arn}");

    /// <summary>The definition that a version or alias names; without one it is <c>$LATEST</c>, also while a rollout sends calls elsewhere.</summary>
    /// <exception cref="RequestRefusedException">There is no such version or alias.</exception>
    public static FunctionDefinition Version(FunctionRecord record, FunctionArn arn) => record.Resolve(arn.Qualifier ?? FunctionArn.Latest, chance: 1) ?? throw NotFound(arn);
}
