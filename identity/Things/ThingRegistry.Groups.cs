namespace Roost.Identity.Things;

/// <summary>Groups and types.</summary>
internal sealed partial class ThingRegistry
{
    /// <summary>As AWS IoT has it.</summary>
    private const int MaxDepth = 7;

    private const int MaxGroups = 10_000;
    private const int MaxTypes = 1_000;

    /// <param name="parent">Null: it is in none, and stays so.</param>
    /// <exception cref="ChangeRefusedException">Nothing was changed.</exception>
    public async Task<GroupRecord> AddGroupAsync(string name, string? parent, string description, ChangedBy by, CancellationToken cancellationToken)
    {
        RegistryNames.Check("group", name);
        RegistryNames.CheckDescription(description);
        if (!_snapshot.Groups.ContainsKey(name))
        {
            await policies.DetachAllAsync($"group/{name}", by, cancellationToken); // what an earlier group of the name may have left
        }

        var group = new GroupRecord(name, parent, description, clock.GetUtcNow());
        await database.Store.WriteAsync(
            connection =>
            {
                var groups = RegistryRows.Groups(connection);
                if (groups.ContainsKey(name))
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, $"there is a group '{name}' already");
                }

                if (parent is not null && !groups.ContainsKey(parent))
                {
                    throw Missing("group", parent);
                }

                if (groups.Count >= MaxGroups)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"there are {groups.Count} groups already, and no more are possible; delete some");
                }

                if (parent is not null && RegistryRows.WithAncestors(parent, groups).Count() >= MaxDepth)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"group '{parent}' is {MaxDepth} deep already; make '{name}' in one above it");
                }

                RegistryRows.Execute(
                    connection, "INSERT INTO thing_groups (name, parent, description, created_at) VALUES ($name, $parent, $description, $created)",
                    ("$name", name), ("$parent", parent), ("$description", description), ("$created", group.CreatedAt.ToUnixTimeMilliseconds()));
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry("group.create", $"group/{name}"), CancellationToken.None);
        return group;
    }

    /// <summary>Its things stay, and are no longer in it.</summary>
    /// <exception cref="ChangeRefusedException">There is no such group, or there are groups in it.</exception>
    public async Task DeleteGroupAsync(string name, ChangedBy by, CancellationToken cancellationToken)
    {
        CheckEmpty(_snapshot.Groups, name);
        await database.Store.WriteAsync(
            connection =>
            {
                CheckEmpty(RegistryRows.Groups(connection), name);
                RegistryRows.Execute(connection, "UPDATE things SET version = version + 1 WHERE name IN (SELECT thing FROM thing_group_members WHERE thing_group = $name)", ("$name", name));
                RegistryRows.Execute(connection, "DELETE FROM thing_group_members WHERE thing_group = $name", ("$name", name));
                RegistryRows.Execute(connection, "DELETE FROM thing_groups WHERE name = $name", ("$name", name));
            },
            cancellationToken);
        Reload();
        await EachStep.TakeAsync(
            () => audit.RecordAsync(by.Entry("group.delete", $"group/{name}"), CancellationToken.None),
            () => changes.TellAsync(IdentityChangeKind.RightsChanged, subject: null),
            () => policies.DetachAllAsync($"group/{name}", by, CancellationToken.None));
    }

    /// <returns>The thing, which is in the group no longer.</returns>
    /// <exception cref="ChangeRefusedException">There is no such thing, or it is not in that group itself.</exception>
    public async Task<ThingDescription> LeaveGroupAsync(string thing, string group, ChangedBy by, CancellationToken cancellationToken)
    {
        var record = _snapshot.Things.GetValueOrDefault(thing) ?? throw Missing("thing", thing);
        return record.DirectGroups.Contains(group, StringComparer.Ordinal)
            ? await PutAsync(
                new ThingChange(thing) { Groups = [.. record.DirectGroups.Where(name => name != group)], ReplacesGroups = true, ExpectedVersion = record.Description.Version }, by, cancellationToken)
            : throw new ChangeRefusedException(
                ChangeFault.NotFound,
                record.Description.Groups.Contains(group, StringComparer.Ordinal)
                    ? $"thing '{thing}' is in group '{group}' only by another that is in it; 'roost thing show {thing}' tells which"
                    : $"thing '{thing}' is not in group '{group}'");
    }

    /// <exception cref="ChangeRefusedException">Nothing was changed.</exception>
    public async Task<TypeRecord> AddTypeAsync(string name, string description, ChangedBy by, CancellationToken cancellationToken)
    {
        RegistryNames.Check("type", name);
        RegistryNames.CheckDescription(description);
        var type = new TypeRecord(name, description, clock.GetUtcNow());
        await database.Store.WriteAsync(
            connection =>
            {
                if (RegistryRows.Exists(connection, "thing_types", name))
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, $"there is a type '{name}' already");
                }

                if (_snapshot.Types.Count >= MaxTypes)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"there are {_snapshot.Types.Count} types already, and no more are possible; delete some");
                }

                RegistryRows.Execute(
                    connection, "INSERT INTO thing_types (name, description, created_at) VALUES ($name, $description, $created)",
                    ("$name", name), ("$description", description), ("$created", type.CreatedAt.ToUnixTimeMilliseconds()));
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry("type.create", $"type/{name}"), CancellationToken.None);
        return type;
    }

    /// <exception cref="ChangeRefusedException">There is no such type, or things are of it.</exception>
    public async Task DeleteTypeAsync(string name, ChangedBy by, CancellationToken cancellationToken)
    {
        await database.Store.WriteAsync(
            connection =>
            {
                if (RegistryRows.Strings(connection, "SELECT name FROM things WHERE type = $name LIMIT 1", name) is [var thing])
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, $"things are of type '{name}', '{thing}' for instance; 'roost thing list --type {name}' shows them, and they need another type first");
                }

                if (RegistryRows.Execute(connection, "DELETE FROM thing_types WHERE name = $name", ("$name", name)) == 0)
                {
                    throw Missing("type", name);
                }
            },
            cancellationToken);
        Reload();
        await audit.RecordAsync(by.Entry("type.delete", $"type/{name}"), CancellationToken.None);
    }

    private static void CheckEmpty(IReadOnlyDictionary<string, GroupRecord> groups, string name)
    {
        if (!groups.ContainsKey(name))
        {
            throw Missing("group", name);
        }

        if (groups.Values.FirstOrDefault(group => group.Parent == name) is { } child)
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, $"there are groups in group '{name}', '{child.Name}' for instance; delete those first");
        }
    }
}
