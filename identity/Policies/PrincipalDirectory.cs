using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Things;

namespace Roost.Identity.Policies;

/// <summary>Finds those whom policies are attached to, by the names that operators write.</summary>
internal sealed class PrincipalDirectory(ThingRegistry things, ClientCertificates certificates, Users users, Tokens tokens, AccessKeys keys)
{
    public ThingDescription? FindThing(string name) => things.Find(name);

    /// <exception cref="ChangeRefusedException">There is nothing of this name: a policy that is attached to it would be its who gets the name.</exception>
    public void CheckTarget(string target)
    {
        PolicyNames.CheckTarget(target);
        var (kind, name) = Split(target);
        if (kind == "thing")
        {
            GetThing(name);
        }
        else if (kind == "group")
        {
            if (!things.Snapshot.Groups.ContainsKey(name))
            {
                throw Missing("group", name);
            }
        }
        else
        {
            Get(target);
        }
    }

    /// <summary>A credential; of a thing, by <c>thing/NAME</c> or its name alone, that of its newest certificate.</summary>
    /// <exception cref="ChangeRefusedException">There is none of this name.</exception>
    public Principal Get(string subject)
    {
        var (kind, name) = Split(subject);
        return kind switch
        {
            "cert" => OfCertificate(certificates.Find(name) ?? throw Missing("cert", name)),
            "user" => users.Get(name).ToPrincipal(),
            "token" => tokens.Get(name).ToPrincipal(),
            "key" => keys.Get(name).ToPrincipal(),
            "thing" => OfThing(GetThing(name)),
            _ => throw new ChangeRefusedException(ChangeFault.Invalid, $"'{kind}/' is no kind of credential; write the name of a thing, or cert/FINGERPRINT, user/NAME, token/ID, key/ID or group/NAME."),
        };
    }

    /// <returns>The group and those that it is in; null: the subject is no group's.</returns>
    /// <exception cref="ChangeRefusedException">There is no such group.</exception>
    public IReadOnlyList<string>? FindGroups(string subject)
    {
        if (Split(subject) is not ("group", var name))
        {
            return null;
        }

        return RegistryRows.WithAncestors(name, things.Snapshot.Groups).ToList() is { Count: > 0 } groups ? groups : throw Missing("group", name);
    }

    private ThingDescription GetThing(string name) => things.Find(name) ?? throw Missing("thing", name);

    private Principal OfThing(ThingDescription thing)
    {
        var newest = certificates.Of(thing.Name).FirstOrDefault(certificate => certificate.Status == CertificateStatus.Active);
        return newest is not null ? OfCertificate(newest) : new Principal { Kind = PrincipalKind.Certificate, Name = "none", Thing = thing.Name };
    }

    private Principal OfCertificate(CertificateDescription found)
    {
        var attributes = new Principal { Kind = PrincipalKind.Certificate, Name = found.Fingerprint }.Attributes;
        if (certificates.FindPem(found.Fingerprint) is { } pem)
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            attributes = CertificateAttributes.Of(certificate);
        }

        return new Principal { Kind = PrincipalKind.Certificate, Name = found.Fingerprint, Thing = found.Thing, Attributes = attributes };
    }

    private static (string Kind, string Name) Split(string text) => text.IndexOf('/') is var slash and > 0 ? (text[..slash], text[(slash + 1)..]) : ("thing", text);

    private static ChangeRefusedException Missing(string kind, string name) =>
        new(ChangeFault.NotFound, $"There is no {kind} '{(name.Length <= 128 ? name : name[..128] + "...")}'; 'roost {kind} list' shows those that there are{(kind == "thing" ? $". A user is written user/{(name.Length <= 128 ? name : "NAME")}" : "")}.");
}
