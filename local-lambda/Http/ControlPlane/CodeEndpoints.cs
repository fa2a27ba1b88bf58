using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>CreateFunction and UpdateFunctionCode, and the download of what they have brought.</summary>
internal sealed class CodeEndpoints(FunctionHost host) : IDisposable
{
    private const int MaxUploads = 4;

    private const string OneSource = "Please provide only one of the following: ZipFile. Code comes with the request here: there is no S3, no registry of images.";

    private readonly SemaphoreSlim _uploads = new(MaxUploads);

    public Task<JsonObject?> CreateAsync(HttpContext http) => WithUploadAsync(http, "CreateFunction", async upload =>
    {
        var request = new RequestParameters(upload.Parameters);
        var asked = request.RequiredText("FunctionName", min: 1, max: 140);
        if (!FunctionArn.TryParse(asked, out var arn) || arn.Qualifier is not null)
        {
            throw request.Constraint("FunctionName", asked, $"Member must be a function's name of at most {FunctionArn.MaxNameLength} letters, digits, - and _, or its ARN without a version");
        }

        if ((request.Object("Code") ?? throw request.Missing("Code")) is var code && upload.Zip is null)
        {
            RefuseSources(code);
            throw RequestRefusedException.InvalidParameter(OneSource);
        }

        code.Text("ZipFile");
        RefuseSources(code);
        code.RefuseOthers();
        if (request.OneOf("PackageType", "Zip", "Image") == "Image")
        {
            throw RequestRefusedException.InvalidParameter("packageType: images are not offered; send a zip.");
        }

        var settings = FunctionParameters.Read(request, new LambdaSettings());
        var description = request.Text("Description", max: FunctionParameters.MaxDescription) ?? "";
        var publish = request.Flag("Publish") ?? false;
        var tags = FunctionParameters.Tags(request) ?? new Dictionary<string, string>();
        request.RefuseOthers();
        RefuseExisting(host.TryFind(arn.Name, out var known) ? known.Record : null, arn);

        using var package = await UnpackAsync(upload);
        var latest = Create(http, arn.Name, settings, description, package);
        var shown = latest;
        await host.ChangeAsync(arn.Name, before =>
        {
            RefuseExisting(before, arn);
            var created = new FunctionRecord { Name = arn.Name, Latest = latest, Tags = tags };
            return publish ? created.Publish(null, host.Clock.GetUtcNow(), out shown) : created;
        });
        return FunctionConfiguration.Of(FunctionTarget.Find(host, arn), shown, publish ? shown.Version : null);
    });

    public Task<JsonObject?> UpdateAsync(HttpContext http) => WithUploadAsync(http, "UpdateFunctionCode", async upload =>
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var request = new RequestParameters(upload.Parameters);
        request.Text("ZipFile");
        RefuseSources(request);
        var revision = request.Text("RevisionId");
        var publish = request.Flag("Publish") ?? false;
        var dryRun = request.Flag("DryRun") ?? false;
        var record = FunctionTarget.FindRecord(host, arn);
        var settings = FunctionParameters.WithArchitecture(request, record.Latest.Lambda ?? new LambdaSettings());
        request.RefuseOthers();
        if (upload.Zip is null)
        {
            throw RequestRefusedException.InvalidParameter(OneSource);
        }

        Check(record);
        using var package = await UnpackAsync(upload);
        var shown = Redefine(http, record, settings, package);
        if (!dryRun)
        {
            await host.ChangeAsync(arn.Name, before =>
            {
                Check(FunctionTarget.Required(before, arn));

                // Settings may have changed while the zip was being unpacked.
                var latest = shown = Redefine(http, before, FunctionParameters.WithArchitecture(request, before.Latest.Lambda ?? new LambdaSettings()), package);
                var after = before with { Latest = latest };
                return publish ? after.Publish(null, host.Clock.GetUtcNow(), out shown) : after;
            });
        }

        return FunctionConfiguration.Of(FunctionTarget.Find(host, arn), shown, publish && !dryRun ? shown.Version : null);

        void Check(FunctionRecord before)
        {
            FunctionTarget.RefuseFolders(before);
            FunctionTarget.RefuseRevision(revision, before.Latest.RevisionId, "GetFunction");
        }
    });

    /// <summary>The zip of a version, as it was sent. GetFunction tells this address.</summary>
    public async Task DownloadAsync(HttpContext http)
    {
        var (name, version) = ((string)http.GetRouteValue("function")!, (string)http.GetRouteValue("version")!);
        if (!host.TryFind(name, out var function) || function.Record?.FindVersion(version) is not { } definition
            || host.Code.Find(definition.CodeSha256, definition.CodeSize) is not { } package)
        {
            await LambdaError.Of(new FunctionNotFoundException(new FunctionArn(name, version).ToString()))!.WriteAsync(http);
            return;
        }

        using (package) // while it is held it is not swept away
        {
            if (host.Code.ZipOf(definition.CodeSha256) is not { } zip)
            {
                await new LambdaError(404, "ResourceNotFoundException", $"Function {name} comes from a folder; there is no zip of it.").WriteAsync(http);
                return;
            }

            http.Response.ContentType = "application/zip";
            http.Response.ContentLength = new FileInfo(zip).Length;
            await http.Response.SendFileAsync(zip, http.RequestAborted);
        }
    }

    public void Dispose() => _uploads.Dispose();

    private static void RefuseExisting(FunctionRecord? record, FunctionArn arn)
    {
        FunctionTarget.RefuseFolders(record);
        if (record is not null)
        {
            throw RequestRefusedException.Conflict($"Function already exist: {arn.Name}");
        }
    }

    private static void RefuseSources(RequestParameters code)
    {
        foreach (var source in (string[])["S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri"])
        {
            code.Refuse(source, OneSource);
        }
    }

    private static InvalidCodeException Unzipped(InvalidCodeException fault) =>
        new($"Could not unzip uploaded file. Please check your file, then try to upload again: {fault.Message}.");

    private FunctionDefinition Create(HttpContext http, string name, LambdaSettings settings, string description, CodePackage package) =>
        settings.Runtime is null && !File.Exists(Path.Combine(package.Folder, FunctionFile.Name))
            ? throw RequestRefusedException.InvalidParameter("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
            : Define(http, name, settings, description, package, inherited: null, before: null);

    /// <summary>Code takes no settings away: where the zip has no function.yaml, the one that held before holds on.</summary>
    private FunctionDefinition Redefine(HttpContext http, FunctionRecord before, LambdaSettings settings, CodePackage package) =>
        Define(http, before.Name, settings, before.Latest.Description, package, host.Zips.FileOf(before.Latest), before);

    private FunctionDefinition Define(HttpContext http, string name, LambdaSettings settings, string description, CodePackage package, string? inherited, FunctionRecord? before)
    {
        try
        {
            var definition = host.Zips.Define(name, settings, description, package, inherited);
            CallerRights.DemandFor(http, definition, before);
            return definition;
        }
        catch (InvalidCodeException fault)
        {
            throw RequestRefusedException.InvalidParameter(fault.Message);
        }
    }

    private async Task<CodePackage> UnpackAsync(FunctionUpload upload)
    {
        if (upload.Bytes == 0)
        {
            throw RequestRefusedException.InvalidParameter("Uploaded file must be a non-empty zip");
        }

        try
        {
            return await host.Zips.AddAsync(upload.Zip!, upload.Sha256, upload.Bytes);
        }
        catch (InvalidCodeException fault)
        {
            throw RequestRefusedException.InvalidParameter(Unzipped(fault).Message);
        }
    }

    /// <summary>A few at a time: each may put 50 MiB on the disk before anybody has looked at it.</summary>
    private async Task<JsonObject?> WithUploadAsync(HttpContext http, string call, Func<FunctionUpload, Task<JsonObject?>> run)
    {
        if (!await _uploads.WaitAsync(TimeSpan.Zero, http.RequestAborted))
        {
            throw new RequestRefusedException(new LambdaError(429, "TooManyRequestsException", $"{MaxUploads} zips are being received already.", "CallerRateLimitExceeded"));
        }

        try
        {
            using var upload = await FunctionUpload.ReadAsync(http, host.Code, call, host.Clock);
            return await run(upload);
        }
        finally
        {
            _uploads.Release();
        }
    }
}
