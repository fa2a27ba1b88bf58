using System.Collections.Frozen;
using System.Text;
using Microsoft.Data.Sqlite;
using Roost.Identity.Store;

namespace Roost.Identity.Provisioning;

/// <summary>The templates and the certificates that were made as claims for one of them. What is asked comes from memory.</summary>
internal sealed class TemplateStore(IdentityDatabase database, IAuditTrail audit, TimeProvider clock) : IIdentityPart, ITemplateHooks
{
    public const int MostTemplates = 256;

    private const int MaxNameLength = 36; // AWS IoT's
    private const int MaxHookLength = 64; // of a function's name

    private readonly Lock _gate = new();
    private volatile Snapshot _snapshot = new(FrozenDictionary<string, StoredTemplate>.Empty, FrozenDictionary<string, string>.Empty);

    public IReadOnlyList<StoredTemplate> All => [.. _snapshot.Templates.Values.OrderBy(template => template.Name, StringComparer.Ordinal)];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Reload();
        return Task.CompletedTask;
    }

    public IReadOnlyList<string> TemplatesThatAsk(string function) => [.. All.Where(template => template.Hook == function).Select(static template => template.Name)];

    public StoredTemplate? Find(string name) => _snapshot.Templates.GetValueOrDefault(name);

    /// <returns>The template that a certificate is a claim for, and for no other; null: it was not made as a claim.</returns>
    public string? TemplateOfClaim(string fingerprint) => _snapshot.Claims.GetValueOrDefault(fingerprint);

    public IReadOnlyList<string> ClaimsOf(string template) => [.. _snapshot.Claims.Where(claim => claim.Value == template).Select(claim => claim.Key).Order(StringComparer.Ordinal)];

    /// <exception cref="ChangeRefusedException">The name or the template cannot be taken, or there are too many.</exception>
    public async Task<(StoredTemplate Template, bool IsNew)> PutAsync(string name, string document, string? hook, bool isEnabled, bool mustBeNew, ChangedBy by, CancellationToken cancellationToken)
    {
        CheckName(name);
        if (hook is not null && (hook.Length is 0 or > MaxHookLength || !hook.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"hook '{hook}' is no function's name; 'roost fn list' shows those that there are");
        }

        _ = TemplateParser.Parse(Encoding.UTF8.GetBytes(document), hook is not null);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var isNew = await database.Store.WriteAsync(
            connection =>
            {
                var exists = Count(connection, "SELECT count(*) FROM provisioning_templates WHERE name = $name", name) > 0;
                if (exists && mustBeNew)
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, $"there is a template '{name}' already; give --force to replace it");
                }

                if (!exists && Count(connection, "SELECT count(*) FROM provisioning_templates", name) >= MostTemplates)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"there are {MostTemplates} templates, as many as there may be; delete one first");
                }

                Execute(
                    connection,
                    """
                    INSERT INTO provisioning_templates (name, document, hook, is_enabled, created_at, changed_at) VALUES ($name, $document, $hook, $enabled, $now, $now)
                    ON CONFLICT (name) DO UPDATE SET document = $document, hook = $hook, is_enabled = $enabled, changed_at = $now
                    """,
                    ("$name", name), ("$document", document), ("$hook", hook ?? (object)DBNull.Value), ("$enabled", isEnabled ? 1 : 0), ("$now", now));
                return !exists;
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry(isNew ? "template.create" : "template.update", $"template/{name}"), CancellationToken.None);
        return (Find(name) ?? throw Missing(name), isNew);
    }

    public async Task SetEnabledAsync(string name, bool isEnabled, ChangedBy by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await database.Store.WriteAsync(
            connection =>
            {
                if (Execute(connection, "UPDATE provisioning_templates SET is_enabled = $enabled, changed_at = $now WHERE name = $name", ("$name", name), ("$enabled", isEnabled ? 1 : 0), ("$now", now)) == 0)
                {
                    throw Missing(name);
                }
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry(isEnabled ? "template.enable" : "template.disable", $"template/{name}"), CancellationToken.None);
    }

    /// <summary>Its claims are the caller's to end before.</summary>
    public async Task DeleteAsync(string name, ChangedBy by, CancellationToken cancellationToken)
    {
        await database.Store.WriteAsync(
            connection =>
            {
                if (Execute(connection, "DELETE FROM provisioning_templates WHERE name = $name", ("$name", name)) == 0)
                {
                    throw Missing(name);
                }

                Execute(connection, "DELETE FROM provisioning_claims WHERE template = $name", ("$name", name));
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry("template.delete", $"template/{name}"), CancellationToken.None);
    }

    public async Task AddClaimAsync(string template, string fingerprint, ChangedBy by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await database.Store.WriteAsync(
            connection =>
            {
                if (Count(connection, "SELECT count(*) FROM provisioning_templates WHERE name = $name", template) == 0)
                {
                    throw Missing(template);
                }

                Execute(connection, "INSERT INTO provisioning_claims (fingerprint, template, created_at) VALUES ($fingerprint, $template, $now)", ("$fingerprint", fingerprint), ("$template", template), ("$now", now));
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry("template.claim", $"template/{template}") with { Reason = $"cert/{fingerprint}" }, CancellationToken.None);
    }

    public static ChangeRefusedException Missing(string name) => new(ChangeFault.NotFound, $"there is no template '{name}'; 'roost template list' shows those that there are");

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength || !name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"template '{name}': a name has 1 to {MaxNameLength} letters, digits, - and _");
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            _snapshot = database.Store.Read(connection => new Snapshot(
                Templates(connection).ToFrozenDictionary(template => template.Name, StringComparer.Ordinal), Claims(connection).ToFrozenDictionary(StringComparer.Ordinal)));
        }
    }

    private static List<StoredTemplate> Templates(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, document, hook, is_enabled, created_at, changed_at FROM provisioning_templates";
        using var rows = command.ExecuteReader();
        var found = new List<StoredTemplate>();
        while (rows.Read())
        {
            var (document, hook) = (rows.GetString(1), rows.IsDBNull(2) ? null : rows.GetString(2));
            found.Add(new StoredTemplate(
                rows.GetString(0), document, hook, rows.GetInt64(3) != 0, DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(4)), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(5)),
                TemplateParser.Parse(Encoding.UTF8.GetBytes(document), hook is not null)));
        }

        return found;
    }

    private static Dictionary<string, string> Claims(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT fingerprint, template FROM provisioning_claims";
        using var rows = command.ExecuteReader();
        var found = new Dictionary<string, string>();
        while (rows.Read())
        {
            found[rows.GetString(0)] = rows.GetString(1);
        }

        return found;
    }

    private static long Count(SqliteConnection connection, string sql, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()!;
    }

    private static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteNonQuery();
    }

    private sealed record Snapshot(FrozenDictionary<string, StoredTemplate> Templates, FrozenDictionary<string, string> Claims);
}
