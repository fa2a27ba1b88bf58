using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>PublishVersion. Versions are listed by <see cref="ListEndpoints"/> and deleted by <see cref="ConfigurationEndpoints"/>, as in AWS's API.</summary>
internal sealed class VersionEndpoints(FunctionHost host)
{
    public async Task<JsonObject?> PublishAsync(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var request = await RequestParameters.ReadAsync(http);
        var sha256 = request.Text("CodeSha256");
        var revision = request.Text("RevisionId");
        var description = request.Text("Description", max: FunctionParameters.MaxDescription);
        request.RefuseOthers();
        FunctionDefinition? published = null;
        await host.ChangeAsync(arn.Name, before =>
        {
            var latest = FunctionTarget.Required(before, arn).Latest;
            FunctionTarget.RefuseRevision(revision, latest.RevisionId, "GetFunction");
            return sha256 is { Length: > 0 } && sha256 != latest.CodeSha256
                ? throw RequestRefusedException.InvalidParameter($"CodeSHA256 ({sha256}) is different from current CodeSHA256 in $LATEST ({latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.")
                : before.Publish(description, host.Clock.GetUtcNow(), out published);
        });
        return FunctionConfiguration.Of(FunctionTarget.Find(host, arn), published, published!.Version);
    }
}
