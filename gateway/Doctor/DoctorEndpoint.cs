using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;

namespace Roost.Gateway.Doctor;

/// <summary><c>GET /api/v1/doctor</c>: what <c>roost doctor</c> shows. Always 200: that something is wrong is the answer.</summary>
internal static class DoctorEndpoint
{
    public static void MapDoctor(this IEndpointRouteBuilder endpoints, Examination examination) =>
        endpoints.MapGet("/api/v1/doctor", context => AnswerAsync(context, examination));

    private static Task AnswerAsync(HttpContext context, Examination examination)
    {
        var findings = examination.Run();
        context.Response.Headers.CacheControl = "no-store";
        return context.AnswerAsync(writer =>
        {
            writer.WriteString("state", KeyName.Of(findings.Max(finding => finding.State).ToString()));
            writer.WriteStartArray("checks");
            foreach (var finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("check", finding.Check);
                writer.WriteString("state", KeyName.Of(finding.State.ToString()));
                writer.WriteString("found", finding.Found);
                writer.WriteString("remedy", finding.Remedy);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }
}
