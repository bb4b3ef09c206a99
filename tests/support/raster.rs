//! Draws egui's triangles on the CPU, so that pictures of the window need neither a display nor a GPU.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use eframe::egui::epaint::{ImageData, Primitive, Vertex};
use eframe::egui::{Color32, Mesh, Rect, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

struct Texture {
    width: usize,
    height: usize,
    texels: Vec<Color32>,
}

impl Texture {
    /// The colour at a place, in texels, between the four around it.
    fn sample(&self, x: f32, y: f32) -> [f32; 4] {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let texel = |x: f32, y: f32| {
            let x = (x.max(0.0) as usize).min(self.width - 1);
            let y = (y.max(0.0) as usize).min(self.height - 1);
            self.texels[y * self.width + x].to_array().map(f32::from)
        };
        let (a, b) = (texel(left, top), texel(left + 1.0, top));
        let (c, d) = (texel(left, top + 1.0), texel(left + 1.0, top + 1.0));
        std::array::from_fn(|i| {
            let above = a[i] + (b[i] - a[i]) * fx;
            let below = c[i] + (d[i] - c[i]) * fx;
            (above + (below - above) * fy) / 255.0
        })
    }
}

/// The textures that egui has handed over so far; clones share them.
#[derive(Clone, Default)]
pub struct Raster(Rc<RefCell<HashMap<TextureId, Texture>>>);

impl TestRenderer for Raster {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut textures = self.0.borrow_mut();
        for (id, patches) in delta.set.drain() {
            for patch in patches {
                let ImageData::Color(image) = &patch.image;
                let [width, height] = image.size;
                match patch.pos {
                    None => {
                        textures.insert(id, Texture { width, height, texels: image.pixels.clone() });
                    }
                    Some([left, top]) => {
                        let whole = textures.get_mut(&id).expect("a patch follows its texture");
                        for row in 0..height {
                            let to = (top + row) * whole.width + left;
                            whole.texels[to..to + width].copy_from_slice(&image.pixels[row * width..(row + 1) * width]);
                        }
                    }
                }
            }
        }
        for id in delta.free.drain() {
            textures.remove(&id);
        }
    }
}

impl Raster {
    /// Draws what the window showed last.
    pub fn picture<S>(&self, harness: &egui_kittest::Harness<'_, S>, ground: Color32) -> Pixmap {
        let scale = harness.ctx.pixels_per_point();
        let size = harness.ctx.content_rect().size() * scale;
        let mut canvas = Canvas::new(size.x as usize, size.y as usize, ground);
        let textures = self.0.borrow();
        for clipped in harness.ctx.tessellate(harness.output().shapes.clone(), scale) {
            if let Primitive::Mesh(mesh) = &clipped.primitive {
                canvas.mesh(mesh, &textures[&mesh.texture_id], clipped.clip_rect, scale);
            }
        }
        canvas.finish()
    }
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    fn new(width: usize, height: usize, ground: Color32) -> Self {
        let ground = ground.to_array().map(|channel| f32::from(channel) / 255.0);
        Self { width, height, pixels: vec![ground; width * height] }
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
        let edge = |value: f32, most: usize| (value * scale).round().clamp(0.0, most as f32) as usize;
        let clip = [
            edge(clip.left(), self.width),
            edge(clip.top(), self.height),
            edge(clip.right(), self.width),
            edge(clip.bottom(), self.height),
        ];
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |place: usize| mesh.vertices[corners[place] as usize];
            self.triangle([corner(0), corner(1), corner(2)], texture, clip, scale);
        }
    }

    fn triangle(&mut self, mut corners: [Vertex; 3], texture: &Texture, clip: [usize; 4], scale: f32) {
        let at = |vertex: &Vertex| (f64::from(vertex.pos.x * scale), f64::from(vertex.pos.y * scale));
        let cross = |a: (f64, f64), b: (f64, f64), p: (f64, f64)| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
        let mut area = cross(at(&corners[0]), at(&corners[1]), at(&corners[2]));
        if area < 0.0 {
            corners.swap(1, 2);
            area = -area;
        }
        if area == 0.0 {
            return;
        }
        let [a, b, c] = [at(&corners[0]), at(&corners[1]), at(&corners[2])];
        let least = |values: [f64; 3]| values.into_iter().fold(f64::INFINITY, f64::min);
        let most = |values: [f64; 3]| values.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let left = (least([a.0, b.0, c.0]).floor().max(0.0) as usize).max(clip[0]);
        let top = (least([a.1, b.1, c.1]).floor().max(0.0) as usize).max(clip[1]);
        let right = (most([a.0, b.0, c.0]).ceil().max(0.0) as usize).min(clip[2]);
        let bottom = (most([a.1, b.1, c.1]).ceil().max(0.0) as usize).min(clip[3]);
        // A pixel on an edge that two triangles share belongs to exactly one of them.
        let owns = |a: (f64, f64), b: (f64, f64)| b.1 < a.1 || (b.1 == a.1 && b.0 > a.0);
        for y in top..bottom {
            for x in left..right {
                let p = (x as f64 + 0.5, y as f64 + 0.5);
                let weights = [cross(b, c, p), cross(c, a, p), cross(a, b, p)];
                let edges = [owns(b, c), owns(c, a), owns(a, b)];
                if weights.iter().zip(edges).all(|(weight, owned)| *weight > 0.0 || (*weight == 0.0 && owned)) {
                    let weights = weights.map(|weight| (weight / area) as f32);
                    self.blend(y * self.width + x, shade(&corners, weights, texture));
                }
            }
        }
    }

    /// Lays a premultiplied colour over a pixel.
    fn blend(&mut self, place: usize, source: [f32; 4]) {
        let pixel = &mut self.pixels[place];
        for channel in 0..4 {
            pixel[channel] = source[channel] + pixel[channel] * (1.0 - source[3]);
        }
    }

    fn finish(self) -> Pixmap {
        let mut pixmap = Pixmap::new(self.width as u32, self.height as u32).expect("a picture has a size");
        for (to, from) in pixmap.pixels_mut().iter_mut().zip(self.pixels) {
            let [red, green, blue, _] = from.map(|channel| (channel * 255.0).round().clamp(0.0, 255.0) as u8);
            *to = PremultipliedColorU8::from_rgba(red, green, blue, 255).expect("opaque colours are premultiplied");
        }
        pixmap
    }
}

fn shade(corners: &[Vertex; 3], weights: [f32; 3], texture: &Texture) -> [f32; 4] {
    let mix = |value: &dyn Fn(&Vertex) -> f32| {
        corners.iter().zip(weights).map(|(corner, weight)| value(corner) * weight).sum()
    };
    let (u, v): (f32, f32) = (mix(&|corner| corner.uv.x), mix(&|corner| corner.uv.y));
    let texel = texture.sample(u * texture.width as f32, v * texture.height as f32);
    std::array::from_fn(|channel| {
        let colour: f32 = mix(&|corner| f32::from(corner.color.to_array()[channel]) / 255.0);
        colour * texel[channel]
    })
}

/// Writes a picture.
pub fn save(picture: &Pixmap, path: &Path) {
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).unwrap();
    picture.save_png(path).unwrap();
}
