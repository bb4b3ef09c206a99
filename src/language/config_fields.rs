//! What several architectures read from `config.json` alike.

use serde_json::Value;

/// Refuses a size that cannot be divided among the heads. `field` is the size's name in `config.json`.
pub(super) fn heads_fit(field: &str, size: usize, heads: usize) -> Result<(), String> {
    if size == 0 || heads == 0 || !size.is_multiple_of(heads) {
        return Err(format!("{field} {size} cannot be divided among {heads} attention heads"));
    }
    Ok(())
}

/// The base of rotary frequencies: in `rope_parameters` in the newer spelling, there by kind of layer where the model
/// has several; in a field of its own in the older one.
pub(super) fn rope_theta(config: &Value, layers: Option<&str>, older: &str, usual: f64) -> Result<f64, String> {
    let newer = &config["rope_parameters"];
    let newer = layers.map(|layers| &newer[layers]).filter(|of_layers| of_layers.is_object()).unwrap_or(newer);
    for scaling in [newer, &config["rope_scaling"]] {
        let kind = scaling["rope_type"].as_str().or_else(|| scaling["type"].as_str());
        if let Some(kind) = kind.filter(|kind| *kind != "default") {
            return Err(format!("rotary positions of type `{kind}` are not built in; `default` ones are"));
        }
    }
    Ok(newer["rope_theta"].as_f64().or_else(|| config[older].as_f64()).unwrap_or(usual))
}
