using System.Text.Json.Serialization.Metadata;

namespace Planner.Hypervisors;

/// <summary>A kind of event of QMP with the type of its data.</summary>
/// <typeparam name="TData">The data; <see cref="QmpNone"/> if there are none.</typeparam>
/// <param name="Name">The name in QMP, such as "MIGRATION".</param>
/// <param name="Data">Reads the data.</param>
public sealed record QmpEventKind<TData>(string Name, JsonTypeInfo<TData> Data);
