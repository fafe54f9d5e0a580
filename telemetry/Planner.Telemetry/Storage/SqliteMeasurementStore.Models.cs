using System.Security.Cryptography;
using System.Text;
using Dapper;
using Planner.Measurements;

namespace Planner.Telemetry;

/// <summary>The models in the store.</summary>
public sealed partial class SqliteMeasurementStore
{
    /// <inheritdoc/>
    public long Save(ModelRecord model)
    {
        if (model.Body.Length > ModelRecord.MaximumBodyLength)
        {
            throw new ArgumentException($"The model has {model.Body.Length} characters, and at most {ModelRecord.MaximumBodyLength} are kept: train fewer trees.", nameof(model));
        }

        if (IsReadOnly)
        {
            throw SqliteFailure.CannotBeWritten(_path);
        }

        return Guarded(() =>
        {
            using var transaction = _connection.BeginTransaction();
            var version = _connection.ExecuteScalar<long>(Statements.ReadNextModelVersion, new { name = model.Name });
            _connection.Execute(Statements.InsertModel, ModelRow.From(model with { Version = version }));
            _connection.Execute(Statements.DropOldModels, new { name = model.Name, newest = version, kept = IModelStore.KeptVersions });
            transaction.Commit();
            return version;
        });
    }

    /// <inheritdoc/>
    public ModelRecord? ReadLatestAccepted(string name) => ReadModels(name, leastAccepted: 1, latest: 1).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<ModelRecord> ReadModels(string name) => ReadModels(name, leastAccepted: 0, latest: IModelStore.KeptVersions + 1);

    private List<ModelRecord> ReadModels(string name, int leastAccepted, int latest) => Guarded(() => _connection
        .Query<ModelRow>(Statements.ReadModels, new { name, leastAccepted, latest, longest = ModelRecord.MaximumBodyLength })
        .Select(Checked)
        .ToList());

    private ModelRecord Checked(ModelRow row) => row.Checksum == row.ExpectedChecksum()
        ? row.ToModel()
        : throw new StoreException($"The model {row.Name} v{row.Version} in the store {_path} is damaged (its checksum does not match), and it is not used: train a new one.");

    // With properties: of a computed column SQLite tells no type while there is no row, and a constructor's parameters would have to match it.
    private sealed record ModelRow
    {
        public string Name { get; init; } = "";

        public long Version { get; init; }

        public long CreatedTicks { get; init; }

        public string Kind { get; init; } = "";

        public string Judgement { get; init; } = "";

        public long Accepted { get; init; }

        public string Body { get; init; } = "";

        public string Checksum { get; init; } = "";

        public static ModelRow From(ModelRecord m)
        {
            var row = new ModelRow
            {
                Name = m.Name,
                Version = m.Version,
                CreatedTicks = m.CreatedAt.UtcTicks,
                Kind = m.Kind,
                Judgement = m.Judgement,
                Accepted = m.IsAccepted ? 1 : 0,
                Body = m.Body,
            };
            return row with { Checksum = row.ExpectedChecksum() };
        }

        public string ExpectedChecksum() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\0', Name, Version, CreatedTicks, Kind, Judgement, Accepted, Body))));

        public ModelRecord ToModel() => new(Name, Version, Kind, Accepted == 1, Judgement, Body, At(CreatedTicks));
    }
}
