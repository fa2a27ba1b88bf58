using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Roost.Identity.Provisioning;

/// <summary>
/// Makes things of devices that come with a claim. A certificate is handed out inactive; it becomes active as the last step of all, so that until then nothing
/// has happened: what a failure or the end of the process leaves is taken back.
/// </summary>
internal sealed class Provisioner(
    TemplateStore templates, OwnershipStore ownerships, ProvisioningHooks hooks, IThingRegistry registry, IThings things, IClientCertificates certificates, IPolicyAttachments policies,
    IAuditTrail audit, TimeProvider clock, ILogger<Provisioner> logger, INamesInUse? names = null) : IIdentityPart, IDisposable
{
    private readonly SemaphoreSlim _applying = new(1, 1); // one at a time: who comes second sees what the first has made

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ownerships.Load();
        foreach (var ownership in ownerships.All.Where(ownership => ownership.State == OwnershipState.Applying))
        {
            // Active: all was done but the answer, and the device asks again or not. Else nothing may be left of it.
            if (certificates.Find(ownership.Fingerprint)?.Status == CertificateStatus.Active)
            {
                await ownerships.RemoveAsync(ownership.Hash);
            }
            else
            {
                await UndoAsync(ownership, ChangedBy.Gateway);
            }
        }
    }

    /// <param name="signingRequest">PEM; null: the gateway makes the key.</param>
    /// <exception cref="ProvisioningRefusedException">Nothing was made.</exception>
    public async Task<(IssuedCertificate Certificate, string Token)> IssueAsync(ProvisioningCaller caller, string? signingRequest, CancellationToken cancellationToken)
    {
        if (!ownerships.TryPromise(caller.Principal.Id, caller.Address) && !await TryMakeRoomAsync(caller))
        {
            throw new ProvisioningRefusedException(ProvisioningFault.Throttled, "Too many certificates wait for their things; try again later.");
        }

        try
        {
            var issued = await IssueInactiveAsync(caller, signingRequest, cancellationToken);
            var token = OwnershipStore.NewToken();
            var ownership = new Ownership(
                OwnershipStore.HashOf(token), issued.Description.Fingerprint, issued.Certificate, caller.Principal.Id, caller.ClientIdentifier, clock.GetUtcNow() + OwnershipStore.Lifetime) { Address = caller.Address };
            try
            {
                await ownerships.PutAsync(ownership);
            }
            catch
            {
                await UndoAsync(ownership, caller.By);
                throw;
            }

            return (issued, token);
        }
        finally
        {
            ownerships.EndPromise(caller.Address);
        }
    }

    /// <returns>The answer's <c>thingName</c>, null where the template makes no thing, and <c>deviceConfiguration</c>.</returns>
    /// <exception cref="ProvisioningRefusedException">Nothing was changed.</exception>
    public async Task<ProvisioningResult> RegisterAsync(ProvisioningCaller caller, string templateName, string token, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var template = TemplateFor(caller, templateName);
        var (hash, request) = (OwnershipStore.HashOf(token), HashOf(templateName, parameters));
        if (Done(Owned(hash, caller), request) is { } before)
        {
            return before;
        }

        var overrides = template.Hook is { } hook
            ? await hooks.AskAsync(hook, templateName, Owned(hash, caller), caller, parameters, cancellationToken)
            : new Dictionary<string, string>();
        await _applying.WaitAsync(cancellationToken);
        try
        {
            var ownership = Owned(hash, caller); // somebody may have been quicker with the same token
            if (Done(ownership, request) is { } meanwhile)
            {
                return meanwhile;
            }

            var plan = template.Template.Evaluate(parameters, overrides, ownership.Fingerprint);
            return await ApplyAsync(caller, templateName, template.Template, plan, ownership with { Request = request });
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Deletes certificates whose hour is over without a thing, and forgets tokens that are done.</summary>
    public async Task CleanAsync()
    {
        foreach (var ownership in ownerships.All.Where(ownership => ownership.ExpiresAt <= clock.GetUtcNow()))
        {
            await _applying.WaitAsync();
            try
            {
                if (ownerships.Find(ownership.Hash) is { State: OwnershipState.Open } open)
                {
                    await UndoAsync(open, ChangedBy.Gateway);
                }
                else
                {
                    await ownerships.RemoveAsync(ownership.Hash);
                }
            }
            finally
            {
                _applying.Release();
            }
        }
    }

    public void Dispose() => _applying.Dispose();

    private async Task<IssuedCertificate> IssueInactiveAsync(ProvisioningCaller caller, string? signingRequest, CancellationToken cancellationToken)
    {
        try
        {
            return await certificates.IssueAsync(new CertificateOrder { SigningRequest = signingRequest, Status = CertificateStatus.Inactive }, caller.By, cancellationToken);
        }
        catch (ChangeRefusedException exception)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.InvalidCsr, exception.Message);
        }
    }

    /// <summary>In the place of what the same device has asked for before, and left.</summary>
    private async Task<bool> TryMakeRoomAsync(ProvisioningCaller caller)
    {
        await _applying.WaitAsync();
        try
        {
            if (ownerships.FindAbandoned(caller.Principal.Id, caller.ClientIdentifier, caller.Address) is not { } abandoned)
            {
                return false;
            }

            await UndoAsync(abandoned, caller.By);
            return ownerships.TryPromise(caller.Principal.Id, caller.Address);
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Asked again before anything holds: this may have waited for a hook and for its turn, while an owner took the claim back or closed the template.</summary>
    private void CheckStillAllowed(ProvisioningCaller caller, string templateName)
    {
        if (caller.Principal.Kind == PrincipalKind.Certificate && certificates.Find(caller.Principal.Name) is not { Status: CertificateStatus.Active })
        {
            throw new ProvisioningRefusedException(ProvisioningFault.AccessDenied, "The claim was revoked.");
        }

        _ = TemplateFor(caller, templateName);
    }

    private StoredTemplate TemplateFor(ProvisioningCaller caller, string name)
    {
        if (caller.Principal.Kind == PrincipalKind.Certificate && templates.TemplateOfClaim(caller.Principal.Name) is { } own && own != name)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.AccessDenied, "Access denied.", $"the claim is one for template '{own}', not for '{name}'");
        }

        return templates.Find(name) switch
        {
            null => throw new ProvisioningRefusedException(ProvisioningFault.ResourceNotFound, "There is no such template."),
            { IsEnabled: false } => throw new ProvisioningRefusedException(ProvisioningFault.AccessDenied, "Access denied.", $"template '{name}' is disabled"),
            var template => template,
        };
    }

    /// <summary>All that is wrong with a token is answered alike: who guesses learns nothing.</summary>
    private Ownership Owned(string hash, ProvisioningCaller caller)
    {
        var ownership = ownerships.Find(hash);
        var reason = ownership is null ? "there is no such token"
            : ownership.Principal != caller.Principal.Id ? $"the token is one of {ownership.Principal}"
            : ownership.Client != caller.ClientIdentifier ? $"the token is one of client '{ownership.Client}'"
            : ownership.ExpiresAt <= clock.GetUtcNow() ? "the token has expired"
            : null;
        return reason is null ? ownership! : throw InvalidToken(reason);
    }

    private static ProvisioningRefusedException InvalidToken(string reason) =>
        new(ProvisioningFault.InvalidCertificateOwnershipToken, "The certificate ownership token is not valid: unknown, used, expired, or another's. Ask for a new certificate.", reason);

    /// <summary>The same request again, as a device asks that has not heard the answer, gets the same answer; another one is a second use.</summary>
    private static ProvisioningResult? Done(Ownership ownership, string request) => ownership.State switch
    {
        OwnershipState.Open => null,
        OwnershipState.Done when ownership.Request == request => JsonSerializer.Deserialize<ProvisioningResult>(ownership.Answer!),
        _ => throw InvalidToken("the token was used before"),
    };

    private async Task<ProvisioningResult> ApplyAsync(ProvisioningCaller caller, string templateName, ProvisioningTemplate template, ProvisioningPlan plan, Ownership ownership)
    {
        CheckStillAllowed(caller, templateName);
        var change = plan.Thing is null ? null : PlannedChange.Of(template.Thing!, plan.Thing, registry.Find(plan.Thing.Name));
        if (change is { MustBeNew: true } && names is not null && await names.FindAsync(change.Name, caller.Principal.Owner) is { } other)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.ResourceConflict, "That name is another's already.", $"'{change.Name}' is {other}");
        }

        if (plan.Policies.FirstOrDefault(policy => !policies.Exists(policy)) is { } missing)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.InternalError, "The template cannot be kept to; its owner knows more.", $"template '{templateName}' names policy '{missing}', which is not there");
        }

        ownership = ownership with { State = OwnershipState.Applying, Thing = plan.Thing?.Name, MakesThing = change?.MustBeNew ?? false };
        await ownerships.PutAsync(ownership);
        try
        {
            if (change is not null)
            {
                await things.PutAsync(change, caller.By);
                await certificates.AttachAsync(ownership.Fingerprint, change.Name, caller.By);
            }

            foreach (var policy in plan.Policies)
            {
                await policies.AttachAsync(policy, $"cert/{ownership.Fingerprint}", caller.By);
            }

            var result = new ProvisioningResult(plan.Thing?.Name, plan.DeviceConfiguration);
            CheckStillAllowed(caller, templateName);
            await certificates.SetStatusAsync(ownership.Fingerprint, CertificateStatus.Active, caller.By);
            await ownerships.PutAsync(ownership with { State = OwnershipState.Done, Answer = JsonSerializer.Serialize(result) });
            await audit.RecordAsync(caller.By.Entry("provision", $"template/{templateName}", plan.Thing?.Name) with { ClientId = caller.ClientIdentifier, Reason = $"cert/{ownership.Fingerprint}" });
            return result;
        }
        catch (Exception exception) when (certificates.Find(ownership.Fingerprint)?.Status != CertificateStatus.Active)
        {
            await UndoAsync(exception is ChangeRefusedException { Fault: ChangeFault.Conflict } ? ownership with { MakesThing = false } : ownership, caller.By);
            throw exception is ProvisioningRefusedException ? exception
                : exception is ChangeRefusedException refused
                ? new ProvisioningRefusedException(refused.Fault == ChangeFault.Conflict ? ProvisioningFault.ResourceConflict : ProvisioningFault.InvalidParameters, refused.Message)
                : new ProvisioningRefusedException(ProvisioningFault.InternalError, "The gateway could not do it; nothing was made. Try again.", exception.Message);
        }
    }

    /// <summary>Takes back what was done for a certificate that is not active. What cannot be taken back now is by the next start.</summary>
    private async Task UndoAsync(Ownership ownership, ChangedBy by)
    {
        try
        {
            if (ownership is { MakesThing: true, Thing: { } thing } && registry.Find(thing) is not null && certificates.Of(thing).All(certificate => certificate.Fingerprint == ownership.Fingerprint))
            {
                await things.DeleteAsync(thing, expectedVersion: null, by);
            }

            if (certificates.Find(ownership.Fingerprint) is not null)
            {
                await certificates.DeleteAsync(ownership.Fingerprint, by);
            }

            await ownerships.RemoveAsync(ownership.Hash);
        }
        catch (Exception exception) // the disk, of whatever kind: the intent is still written down
        {
            logger.NotTakenBack(ownership.Fingerprint, exception);
        }
    }

    private static string HashOf(string template, IReadOnlyDictionary<string, string> parameters)
    {
        var text = JsonSerializer.Serialize(new { template, parameters = parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray() });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
