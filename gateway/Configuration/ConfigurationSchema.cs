using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Roost.Gateway.Configuration;

/// <summary>Which options class is bound at which section. The rooms own the classes; this is the one list of them.</summary>
internal sealed class ConfigurationSchema
{
    private readonly List<BoundSection> _sections = [];

    public IReadOnlyList<BoundSection> Sections => _sections;

    /// <param name="section">The class's <c>Section</c>: PascalCase parts with colons, empty for the root.</param>
    public ConfigurationSchema Add<T>(string section)
        where T : class, new()
    {
        _sections.Add(new BoundSection<T>(section, new T()));
        return this;
    }

    public T Get<T>() => _sections.Select(section => section.Options).OfType<T>().Single();
}

internal abstract class BoundSection(string section, object options)
{
    /// <summary>The keys from the root to the section; none for the root.</summary>
    public IReadOnlyList<string> Path { get; } = section.Length == 0 ? [] : [.. section.Split(':').Select(KeyName.Of)];

    public object Options { get; } = options;

    /// <summary>Everything that asks for these options gets the bound instance, whichever of the framework's interfaces it uses.</summary>
    public abstract void AddTo(IServiceCollection services);

    /// <returns>The faults that the registered validators find, as they word them.</returns>
    public abstract IEnumerable<string> Validate(IServiceProvider services);
}

internal sealed class BoundSection<T>(string section, T options) : BoundSection(section, options)
    where T : class
{
    public override void AddTo(IServiceCollection services) => services.AddSingleton<IOptionsFactory<T>>(new Factory((T)Options));

    public override IEnumerable<string> Validate(IServiceProvider services) =>
        services.GetServices<IValidateOptions<T>>()
            .Select(validator => validator.Validate(Microsoft.Extensions.Options.Options.DefaultName, (T)Options))
            .SelectMany(result => result.Failed ? result.Failures : []);

    private sealed class Factory(T options) : IOptionsFactory<T>
    {
        public T Create(string name) => options;
    }
}
