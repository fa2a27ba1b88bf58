using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>
/// Decides which MQTT clients come in, as whom, and with which rights. Everything that it is shown has to be good, and all of it the same owner's. Nothing that it
/// tells a client says which half of a credential was wrong.
/// </summary>
internal sealed class ClientGate(IServiceProvider services, ConnectMetrics metrics) : IClientAuthenticator
{
    private const string WrongLogin = "bad user name or password";
    private const string NotAllowed = "not authorized";

    // What judges is made later than the broker, whose hook this is, and may need the broker itself.
    private readonly Lazy<ICertificateChecks> _certificates = new(services.GetRequiredService<ICertificateChecks>);
    private readonly Lazy<IPasswordChecks> _passwords = new(services.GetRequiredService<IPasswordChecks>);
    private readonly Lazy<ITokenChecks> _tokens = new(services.GetRequiredService<ITokenChecks>);
    private readonly Lazy<IdentityChanges> _changes = new(services.GetRequiredService<IdentityChanges>);
    private readonly Lazy<IPolicyAuthority> _policies = new(services.GetRequiredService<IPolicyAuthority>);

    public ValueTask<ClientAdmission> AuthenticateAsync(ClientCredentials credentials, CancellationToken cancellationToken)
    {
        if (credentials is { UserName: null, Password: null, Certificate: null, Authenticated: null })
        {
            return new(ClientAdmission.AsAnonymous()); // a process of this machine, on a unix socket; or nobody, where nobody may come
        }

        var shown = new ShownCredentials(credentials);
        return new(Task.Run(() => DecideAsync(shown, cancellationToken), cancellationToken)); // signatures and hashes are not for the broker's loop
    }

    private async Task<ClientAdmission> DecideAsync(ShownCredentials shown, CancellationToken cancellationToken)
    {
        var (principal, refusal) = await FindPrincipalAsync(shown, cancellationToken);
        var admission = refusal ?? Admit(principal!, shown);
        metrics.Decided(admission.ReasonCode == ReasonCode.Success);
        return admission;
    }

    private async Task<(Principal? Principal, ClientAdmission? Refusal)> FindPrincipalAsync(ShownCredentials shown, CancellationToken cancellationToken)
    {
        var principal = shown.Authenticated?.Principal;
        if (shown.Authenticated is { } relayed)
        {
            // Before its CONNECT the broker knows no connection of that credential that it could end. From here on it does.
            var isLate = _changes.Value.Endings != relayed.EndingsBefore;
            metrics.Checked(CredentialKind.Http, isLate ? CredentialFault.Busy : CredentialFault.None);
            if (isLate)
            {
                return (null, ClientAdmission.Refuse(
                    ReasonCode.ServerBusy, "credentials change at this moment; connect again", new RefusedClient(principal!.Id, principal.Thing, "credentials have ended between the request and the CONNECT, perhaps this one")));
            }
        }

        if (shown.HasCertificate)
        {
            var check = await shown.CheckCertificateAsync(_certificates.Value, cancellationToken);
            metrics.Checked(CredentialKind.Certificate, check.Fault);
            if (check is { Fault: CredentialFault.Unknown or CredentialFault.UntrustedAuthority } && shown is { MayBeAnonymous: true, Password: null })
            {
                return (null, ClientAdmission.AsAnonymous()); // an authority of the listener's own has vouched for it, and its owner lets everybody in
            }

            if (check.Principal is null)
            {
                return (null, Refuse(ReasonCode.NotAuthorized, NotAllowed, check));
            }

            principal = check.Principal;
        }

        // A user name alone proves nothing, and is no lie either: it is a name that a device gives itself.
        if (shown is { Password: null, MayBeAnonymous: true } && principal is null)
        {
            return (null, ClientAdmission.AsAnonymous());
        }

        if (shown.Password is not null || principal is null)
        {
            var (kind, check) = await CheckLoginAsync(shown, cancellationToken);
            metrics.Checked(kind, check.Fault);
            if (check.Principal is not { } login)
            {
                return (null, RefuseLogin(check));
            }

            if (principal is not null && principal.Owner != login.Owner)
            {
                return (null, ClientAdmission.Refuse(
                    ReasonCode.NotAuthorized, NotAllowed, new RefusedClient(principal.Id, principal.Thing, $"the client also showed {login}, and the two are not the same owner's")));
            }

            principal ??= login;
        }

        return (principal, null);
    }

    private async Task<(CredentialKind Kind, CredentialCheck Check)> CheckLoginAsync(ShownCredentials shown, CancellationToken cancellationToken)
    {
        if (!shown.IsConfidential)
        {
            return (CredentialKind.Password, CredentialCheck.Refuse(
                CredentialFault.Malformed, "The listener takes no passwords, as they come in the clear; use one with TLS, or say passwords-in-clear: true.", ClaimOf(shown.UserName)));
        }

        if (shown.PasswordText() is { } text && _tokens.Value.IsToken(text))
        {
            return (CredentialKind.Token, await _tokens.Value.CheckAsync(text, shown.Source, cancellationToken));
        }

        return (CredentialKind.Password, string.IsNullOrEmpty(shown.UserName) || shown.Password is not { } password
            ? CredentialCheck.Refuse(CredentialFault.Malformed, "The client gave no password, or no user name to it.", ClaimOf(shown.UserName))
            : await _passwords.Value.CheckAsync(shown.UserName, password, shown.Source, cancellationToken));
    }

    /// <summary>A name that somebody made up is in the audit as far as it could be one.</summary>
    private static string? ClaimOf(string? userName) => userName is { Length: > 0 and <= 128 } && !userName.Any(char.IsControl) ? $"user/{userName}" : null;

    private ClientAdmission Admit(Principal principal, ShownCredentials shown)
    {
        var rights = _policies.Value.RightsOf(principal, new ConnectionFacts(shown.ClientIdentifier, shown.Source));
        var resource = ConnectRight.On(shown.ClientIdentifier);
        if (rights.Allows(ConnectRight.Action, resource))
        {
            // What a claim, or whoever may connect by any name, has put under a thing's name must not keep the thing out.
            return ClientAdmission.Admit(principal.Owner, rights.ForMqtt, principal.Id, principal, ownsClientIdentifier: principal.Thing == shown.ClientIdentifier);
        }

        var because = rights.Explain(ConnectRight.Action, resource).Because is [var first, ..] ? first : "no policy allows it";
        return ClientAdmission.Refuse(ReasonCode.NotAuthorized, NotAllowed, new RefusedClient(principal.Id, principal.Thing, $"{ConnectRight.Action} on {resource}: {because}"));
    }

    private static ClientAdmission RefuseLogin(CredentialCheck check) => check.Fault switch
    {
        CredentialFault.LockedOut => Refuse(ReasonCode.Banned, "too many wrong tries; wait a while", check),
        CredentialFault.Busy => Refuse(ReasonCode.ServerBusy, "too many others come in; wait a while", check),
        _ => Refuse(ReasonCode.BadUserNameOrPassword, WrongLogin, check),
    };

    private static ClientAdmission Refuse(ReasonCode reasonCode, string told, CredentialCheck check) =>
        ClientAdmission.Refuse(reasonCode, told, new RefusedClient(check.Claimed, Thing: null, check.Reason));
}
