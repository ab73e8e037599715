// Finds a team's nouns by what a person remembers of them: part of a name, a tag, or the beginning of an id. Knows rows, not pages.
// Names and tags of runs, of which there may be very many, have trigram indexes where PostgreSQL has the extension; without it they are
// looked through, newest first.
using MaaS.Contracts.Search;
using Npgsql;
using NpgsqlTypes;

namespace MaaS.Catalog.Search;

public sealed class NounFinder(NpgsqlDataSource database)
{
    /// <summary>Of each noun; who means another types more.</summary>
    private const int MostOfEach = 8;

    // Of many that match, the newest are looked at more closely: a search for what nearly every name holds must not sort them all.
    private const int Looked = 200;

    // How well it fits: it is the name, the name begins with it, or it is somewhere in it.
    private const string Found =
        """
        with found as (
            (select 'experiment' as noun, id, name, nullif(folder, '') as detail, created_at, null::uuid as run_id
                from experiments where team_id = @team and (name ilike @pattern or folder ilike @pattern or id between @from and @to)
                order by created_at desc limit @looked)
            union all
            (select 'run', r.id, r.name, e.name || coalesce(' · ' || (select string_agg(key || ' = ' || value, ', ') from jsonb_each_text(r.tags) where key ilike @pattern or value ilike @pattern), ''), r.created_at, null
                from runs r join experiments e on e.id = r.experiment_id
                where r.team_id = @team and r.deleted_at is null and (r.name ilike @pattern or r.tags::text ilike @tag or r.id between @from and @to)
                order by r.created_at desc limit @looked)
            union all
            (select 'dataset', id, name, description, created_at, null
                from datasets where team_id = @team and (name ilike @pattern or id between @from and @to)
                order by created_at desc limit @looked)
            union all
            (select 'model', id, name, description, created_at, null
                from models where team_id = @team and (name ilike @pattern or id between @from and @to)
                order by created_at desc limit @looked)
            union all
            (select 'deployment', id, name, state, created_at, null
                from deployments where team_id = @team and (name ilike @pattern or id between @from and @to)
                order by created_at desc limit @looked)
            union all
            (select 'job', id, kind || ' ' || id, state, created_at, run_id
                from jobs where team_id = @team and id between @from and @to
                order by created_at desc limit @looked)),
        placed as (
            select *, case when lower(name) = lower(@text) then 0 when starts_with(lower(name), lower(@text)) then 1 else 2 end as fit from found),
        numbered as (
            select *, row_number() over (partition by noun order by fit, created_at desc, id) as place from placed)
        select noun, id, name, detail, created_at, run_id from numbered where place <= @most order by fit, created_at desc, id limit @limit
        """;

    public async Task<IReadOnlyList<SearchHit>> Find(Guid teamId, string text, int limit, CancellationToken token)
    {
        await using var command = database.CreateCommand(Found);
        var pattern = $"%{Escaped(text)}%";
        var (from, to) = Ids(text);
        command.Parameters.AddWithValue("team", teamId);
        command.Parameters.AddWithValue("text", text);
        command.Parameters.AddWithValue("pattern", pattern);
        // As it stands in jsonb's text, where a quote has a backslash before it.
        command.Parameters.AddWithValue("tag", $"%{Escaped(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))}%");
        command.Parameters.AddWithValue("from", NpgsqlDbType.Uuid, (object?)from ?? DBNull.Value);
        command.Parameters.AddWithValue("to", NpgsqlDbType.Uuid, (object?)to ?? DBNull.Value);
        command.Parameters.AddWithValue("looked", Looked);
        command.Parameters.AddWithValue("most", MostOfEach);
        command.Parameters.AddWithValue("limit", limit);
        var hits = new List<SearchHit>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
            hits.Add(new(Enum.Parse<SearchNoun>(reader.GetString(0), ignoreCase: true), reader.GetGuid(1), reader.GetString(2), reader[3] as string, reader.GetDateTime(4), reader[5] as Guid?));
        return hits;
    }

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>The first and the last id that begin so; none when no id does.</summary>
    private static (Guid? From, Guid? To) Ids(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        return digits.Length is >= 4 and <= 32 && digits.All(char.IsAsciiHexDigit) ? (Guid.Parse(digits.PadRight(32, '0')), Guid.Parse(digits.PadRight(32, 'f'))) : (null, null);
    }
}
